/* variadic functions: to come */
