using System.Security.Cryptography;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Modules;

/// <summary>
/// One session with a token. A session can do one thing at a time, so its operations take a lock and may be called from any
/// thread. Login is per token and process: it ends when the last session closes, which is why nothing here logs out.
/// </summary>
internal sealed unsafe class TokenSession : IDisposable
{
    /// <summary>No output of an operation here (an RSA block, a wrapped key, a signature) and no attribute is larger, in bytes.</summary>
    private const int MaximumOutput = 64 * 1024;

    private delegate nuint OneShot(nuint session, byte* input, nuint inputLength, byte* output, nuint* outputLength);

    private readonly CryptokiFunctions _functions;
    private readonly Lock _turn = new();
    private readonly nuint _session;
    private bool _closed;

    public TokenSession(ModuleLease module, TokenSlot slot, bool writable = false)
    {
        _functions = module.Functions;
        nuint session;
        Pkcs11Exception.Check("C_OpenSession", _functions.OpenSession(slot.Id, Ck.SerialSession | (writable ? Ck.ReadWriteSession : 0), &session));
        _session = session;
    }

    /// <summary>Logs the normal user in; an empty PIN asks on the device's own keypad. Already logged in is success.</summary>
    public void Login(ReadOnlySpan<byte> pin)
    {
        nuint result;
        lock (_turn)
        {
            // A token with a keypad wants the null pointer, and that is what fixing an empty span gives.
            fixed (byte* first = pin)
                result = _functions.Login(_session, Ck.NormalUser, first, (nuint)pin.Length);
        }
        if (result != ReturnValue.UserAlreadyLoggedIn)
            Pkcs11Exception.Check("C_Login", result);
    }

    /// <summary>Handles of the objects that match, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<nuint> Find(AttributeTemplate template, int limit)
    {
        var found = new List<nuint>();
        Span<nuint> batch = stackalloc nuint[16];
        lock (_turn)
        {
            Pkcs11Exception.Check("C_FindObjectsInit", _functions.FindObjectsInit(_session, template.First, template.Count));
            try
            {
                while (found.Count < limit)
                {
                    nuint count;
                    fixed (nuint* first = batch)
                        Pkcs11Exception.Check("C_FindObjects", _functions.FindObjects(_session, first, (nuint)Math.Min(batch.Length, limit - found.Count), &count));
                    if (count == 0)
                        break;
                    found.AddRange(batch[..(int)Math.Min((ulong)count, (ulong)batch.Length)]);
                }
            }
            finally
            {
                _ = _functions.FindObjectsFinal(_session);
            }
        }
        return found;
    }

    /// <summary>The attribute's value; null when the object has none or does not show it.</summary>
    public byte[]? ReadAttribute(nuint handle, nuint type)
    {
        lock (_turn)
        {
            var attribute = new CkAttribute { Type = type };
            var result = _functions.GetAttributeValue(_session, handle, &attribute, 1);
            if (result is ReturnValue.AttributeSensitive or ReturnValue.AttributeTypeInvalid || attribute.Length == Ck.Unavailable)
                return null;
            Pkcs11Exception.Check("C_GetAttributeValue", result);
            if (attribute.Length > MaximumOutput)
                throw new Pkcs11Exception($"the token offers an attribute of {attribute.Length} bytes; at most {MaximumOutput} are read");
            var value = new byte[(int)attribute.Length];
            fixed (byte* first = value)
            {
                attribute.Value = first;
                Pkcs11Exception.Check("C_GetAttributeValue", _functions.GetAttributeValue(_session, handle, &attribute, 1));
            }
            return attribute.Length <= (nuint)value.Length ? value[..(int)attribute.Length] : null;
        }
    }

    public byte[] Encrypt(CkMechanism mechanism, nuint key, ReadOnlySpan<byte> plaintext)
    {
        lock (_turn)
        {
            Pkcs11Exception.Check("C_EncryptInit", _functions.EncryptInit(_session, &mechanism, key));
            return Run("C_Encrypt", _functions.Encrypt, plaintext);
        }
    }

    /// <summary>The plaintext; the caller clears it.</summary>
    public byte[] Decrypt(CkMechanism mechanism, nuint key, ReadOnlySpan<byte> ciphertext)
    {
        lock (_turn)
        {
            Pkcs11Exception.Check("C_DecryptInit", _functions.DecryptInit(_session, &mechanism, key));
            return Run("C_Decrypt", _functions.Decrypt, ciphertext);
        }
    }

    public byte[] Sign(CkMechanism mechanism, nuint key, ReadOnlySpan<byte> message)
    {
        lock (_turn)
        {
            Pkcs11Exception.Check("C_SignInit", _functions.SignInit(_session, &mechanism, key));
            return Run("C_Sign", _functions.Sign, message);
        }
    }

    public nuint GenerateKey(CkMechanism mechanism, AttributeTemplate template)
    {
        nuint key;
        lock (_turn)
            Pkcs11Exception.Check("C_GenerateKey", _functions.GenerateKey(_session, &mechanism, template.First, template.Count, &key));
        return key;
    }

    public (nuint Public, nuint Private) GenerateKeyPair(CkMechanism mechanism, AttributeTemplate publicKey, AttributeTemplate privateKey)
    {
        nuint publicHandle, privateHandle;
        lock (_turn)
        {
            Pkcs11Exception.Check("C_GenerateKeyPair", _functions.GenerateKeyPair(_session, &mechanism,
                publicKey.First, publicKey.Count, privateKey.First, privateKey.Count, &publicHandle, &privateHandle));
        }
        return (publicHandle, privateHandle);
    }

    public void Destroy(nuint handle)
    {
        lock (_turn)
            Pkcs11Exception.Check("C_DestroyObject", _functions.DestroyObject(_session, handle));
    }

    public void Dispose()
    {
        lock (_turn)
        {
            if (_closed)
                return;
            _closed = true;
            _ = _functions.CloseSession(_session);
        }
    }

    /// <summary>
    /// One call with a buffer that is large enough from the start: asking for the length first would run some tokens' private-key
    /// operation twice. The operation ends with this call, whether it succeeds or fails.
    /// </summary>
    private byte[] Run(string call, OneShot operation, ReadOnlySpan<byte> input)
    {
        var buffer = new byte[Math.Min(MaximumOutput, input.Length + 1024)];
        try
        {
            var length = (nuint)buffer.Length;
            fixed (byte* source = input)
            fixed (byte* target = buffer)
                Pkcs11Exception.Check(call, operation(_session, source, (nuint)input.Length, target, &length));
            if (length > (nuint)buffer.Length)
                throw new Pkcs11Exception($"{call} failed: the module reports {length} bytes of output in a buffer of {buffer.Length}");
            return buffer[..(int)length];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
