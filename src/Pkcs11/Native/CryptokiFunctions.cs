using System.Runtime.InteropServices;

namespace Coffer.Pkcs11.Native;

/// <summary>
/// The functions of a loaded module. CK_FUNCTION_LIST is a two-byte version, padding up to pointer size, and 68 pointers in the
/// order of the standard's pkcs11f.h; the indexes below are positions in that table. No marshalling takes place, so the room
/// needs no reflection and is safe for Native AOT.
/// </summary>
internal readonly unsafe struct CryptokiFunctions
{
    private const int TableLength = 68;

    private readonly void** _table;

    private CryptokiFunctions(void** table) => _table = table;

    /// <summary>Asks the library behind <paramref name="library"/> for its function table.</summary>
    /// <exception cref="Pkcs11Exception">The library is no PKCS #11 module of version 2.</exception>
    public static CryptokiFunctions Load(nint library, string path)
    {
        if (!NativeLibrary.TryGetExport(library, "C_GetFunctionList", out var export))
            throw new Pkcs11Exception($"{path} is no PKCS #11 module: it has no function C_GetFunctionList");
        void* list = null;
        Pkcs11Exception.Check("C_GetFunctionList", ((delegate* unmanaged[Cdecl]<void**, nuint>)export)(&list));
        if (list is null)
            throw new Pkcs11Exception($"{path} is no usable PKCS #11 module: its function list is empty");
        var version = *(CkVersion*)list;
        if (version.Major is not (2 or 3))
            throw new Pkcs11Exception($"{path} speaks PKCS #11 {version.Major}.{version.Minor}; 2 and 3 are supported");
        var table = (void**)list + 1;
        foreach (var needed in Needed)
        {
            if (table[needed] is null)
                throw new Pkcs11Exception($"{path} is no usable PKCS #11 module: function {needed} of {TableLength} is missing");
        }
        return new CryptokiFunctions(table);
    }

    private static ReadOnlySpan<byte> Needed => [0, 1, 2, 4, 5, 6, 12, 13, 18, 22, 24, 26, 27, 28, 29, 30, 33, 34, 42, 43, 58, 59];

    public nuint Initialize(CkInitializeArguments* arguments) =>
        ((delegate* unmanaged[Cdecl]<CkInitializeArguments*, nuint>)_table[0])(arguments);

    public nuint FinalizeModule() => ((delegate* unmanaged[Cdecl]<void*, nuint>)_table[1])(null);

    public nuint GetInfo(CkInfo* info) => ((delegate* unmanaged[Cdecl]<CkInfo*, nuint>)_table[2])(info);

    public nuint GetSlotList(byte tokenPresent, nuint* slots, nuint* count) =>
        ((delegate* unmanaged[Cdecl]<byte, nuint*, nuint*, nuint>)_table[4])(tokenPresent, slots, count);

    public nuint GetSlotInfo(nuint slot, CkSlotInfo* info) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkSlotInfo*, nuint>)_table[5])(slot, info);

    public nuint GetTokenInfo(nuint slot, CkTokenInfo* info) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkTokenInfo*, nuint>)_table[6])(slot, info);

    public nuint OpenSession(nuint slot, nuint flags, nuint* session) =>
        ((delegate* unmanaged[Cdecl]<nuint, nuint, void*, void*, nuint*, nuint>)_table[12])(slot, flags, null, null, session);

    public nuint CloseSession(nuint session) => ((delegate* unmanaged[Cdecl]<nuint, nuint>)_table[13])(session);

    public nuint Login(nuint session, nuint user, byte* pin, nuint length) =>
        ((delegate* unmanaged[Cdecl]<nuint, nuint, byte*, nuint, nuint>)_table[18])(session, user, pin, length);

    public nuint DestroyObject(nuint session, nuint handle) =>
        ((delegate* unmanaged[Cdecl]<nuint, nuint, nuint>)_table[22])(session, handle);

    public nuint GetAttributeValue(nuint session, nuint handle, CkAttribute* template, nuint count) =>
        ((delegate* unmanaged[Cdecl]<nuint, nuint, CkAttribute*, nuint, nuint>)_table[24])(session, handle, template, count);

    public nuint FindObjectsInit(nuint session, CkAttribute* template, nuint count) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkAttribute*, nuint, nuint>)_table[26])(session, template, count);

    public nuint FindObjects(nuint session, nuint* handles, nuint capacity, nuint* count) =>
        ((delegate* unmanaged[Cdecl]<nuint, nuint*, nuint, nuint*, nuint>)_table[27])(session, handles, capacity, count);

    public nuint FindObjectsFinal(nuint session) => ((delegate* unmanaged[Cdecl]<nuint, nuint>)_table[28])(session);

    public nuint EncryptInit(nuint session, CkMechanism* mechanism, nuint key) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkMechanism*, nuint, nuint>)_table[29])(session, mechanism, key);

    public nuint Encrypt(nuint session, byte* input, nuint inputLength, byte* output, nuint* outputLength) =>
        ((delegate* unmanaged[Cdecl]<nuint, byte*, nuint, byte*, nuint*, nuint>)_table[30])(session, input, inputLength, output, outputLength);

    public nuint DecryptInit(nuint session, CkMechanism* mechanism, nuint key) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkMechanism*, nuint, nuint>)_table[33])(session, mechanism, key);

    public nuint Decrypt(nuint session, byte* input, nuint inputLength, byte* output, nuint* outputLength) =>
        ((delegate* unmanaged[Cdecl]<nuint, byte*, nuint, byte*, nuint*, nuint>)_table[34])(session, input, inputLength, output, outputLength);

    public nuint SignInit(nuint session, CkMechanism* mechanism, nuint key) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkMechanism*, nuint, nuint>)_table[42])(session, mechanism, key);

    public nuint Sign(nuint session, byte* input, nuint inputLength, byte* output, nuint* outputLength) =>
        ((delegate* unmanaged[Cdecl]<nuint, byte*, nuint, byte*, nuint*, nuint>)_table[43])(session, input, inputLength, output, outputLength);

    public nuint GenerateKey(nuint session, CkMechanism* mechanism, CkAttribute* template, nuint count, nuint* key) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkMechanism*, CkAttribute*, nuint, nuint*, nuint>)_table[58])(session, mechanism, template, count, key);

    public nuint GenerateKeyPair(nuint session, CkMechanism* mechanism, CkAttribute* publicTemplate, nuint publicCount,
        CkAttribute* privateTemplate, nuint privateCount, nuint* publicKey, nuint* privateKey) =>
        ((delegate* unmanaged[Cdecl]<nuint, CkMechanism*, CkAttribute*, nuint, CkAttribute*, nuint, nuint*, nuint*, nuint>)_table[59])(
            session, mechanism, publicTemplate, publicCount, privateTemplate, privateCount, publicKey, privateKey);
}
