/* An object of COM, which counts its references, adds, and fails with and without saying why. */
#include "ctypestest.h"

#ifdef _WIN32

#define COBJMACROS
#include <windows.h>
#include <oleauto.h>

/* {8d3a1c52-77f0-4f0e-9a55-3f2f6a1c0e11} */
static const GUID IID_ICounter = {0x8d3a1c52, 0x77f0, 0x4f0e, {0x9a, 0x55, 0x3f, 0x2f, 0x6a, 0x1c, 0x0e, 0x11}};
static const GUID UNKNOWN = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID SUPPORT = {0xdf0b3d60, 0x548f, 0x101b, {0x8e, 0x65, 0x08, 0x00, 0x2b, 0x2b, 0xd1, 0x19}};

typedef struct counter counter;

struct counter {
    const void *const *methods;
    const void *const *support;
    LONG references;
    LONG total;
};

static LONG living;

static HRESULT WINAPI query(counter *this, const GUID *iid, void **out)
{
    if (IsEqualGUID(iid, &UNKNOWN) || IsEqualGUID(iid, &IID_ICounter))
        *out = this;
    else if (IsEqualGUID(iid, &SUPPORT))
        *out = &this->support;
    else {
        *out = NULL;
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&this->references);
    return S_OK;
}

static ULONG WINAPI add_ref(counter *this)
{
    return InterlockedIncrement(&this->references);
}

static ULONG WINAPI release(counter *this)
{
    LONG left = InterlockedDecrement(&this->references);
    if (left == 0) {
        InterlockedDecrement(&living);
        free(this);
    }
    return left;
}

static HRESULT WINAPI add(counter *this, LONG amount, LONG *total)
{
    if (amount < 0)
        return E_INVALIDARG;
    this->total += amount;
    *total = this->total;
    return amount == 0 ? S_FALSE : S_OK;
}

/* Fails with `result`, and says why. */
static HRESULT WINAPI fail(counter *this, HRESULT result, const WCHAR *why)
{
    ICreateErrorInfo *create;
    IErrorInfo *info;
    if (CreateErrorInfo(&create) != S_OK)
        return E_OUTOFMEMORY;
    ICreateErrorInfo_SetDescription(create, (WCHAR *)why);
    ICreateErrorInfo_SetSource(create, L"ctypestest.Counter");
    ICreateErrorInfo_SetHelpFile(create, L"counter.hlp");
    ICreateErrorInfo_SetHelpContext(create, 42);
    ICreateErrorInfo_QueryInterface(create, &IID_IErrorInfo, (void **)&info);
    SetErrorInfo(0, info);
    IErrorInfo_Release(info);
    ICreateErrorInfo_Release(create);
    return result;
}

static HRESULT WINAPI mean(counter *this, double a, float b, SHORT c, double *result)
{
    *result = (a + b + c) / 3;
    return S_OK;
}

static counter *of_support(void *support)
{
    return (counter *)((char *)support - offsetof(counter, support));
}

static HRESULT WINAPI support_query(void *this, const GUID *iid, void **out)
{
    return query(of_support(this), iid, out);
}

static ULONG WINAPI support_add_ref(void *this)
{
    return add_ref(of_support(this));
}

static ULONG WINAPI support_release(void *this)
{
    return release(of_support(this));
}

static HRESULT WINAPI supports(void *this, const GUID *iid)
{
    return IsEqualGUID(iid, &IID_ICounter) ? S_OK : S_FALSE - 2;
}

static const void *const METHODS[] = {query, add_ref, release, add, fail, mean};
static const void *const SUPPORTS[] = {support_query, support_add_ref, support_release, supports};

/* A new counter, with one reference. */
EXPORT HRESULT WINAPI create_counter(counter **out)
{
    counter *new = malloc(sizeof *new);
    if (!new)
        return E_OUTOFMEMORY;
    *new = (counter){METHODS, SUPPORTS, 1, 0};
    InterlockedIncrement(&living);
    *out = new;
    return S_OK;
}

EXPORT LONG living_counters(void)
{
    return living;
}

EXPORT LONG references_of(const counter *this)
{
    return this->references;
}

/* Calls `Add` of any object that has it where a counter has. */
EXPORT HRESULT add_by_interface(counter *any, LONG amount, LONG *total)
{
    typedef HRESULT(WINAPI * method)(void *, LONG, LONG *);
    return ((method)any->methods[3])(any, amount, total);
}

typedef HRESULT(WINAPI *with_interface)(counter *);

EXPORT HRESULT call_with_interface(with_interface function, counter *any)
{
    return function(any);
}

#endif
