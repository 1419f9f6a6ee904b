using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11;

/// <summary>
/// Anything that goes wrong with a PKCS #11 URI, key file, configuration, module or token. The message is one lower-case line;
/// it never holds a PIN or plaintext.
/// </summary>
public sealed class Pkcs11Exception : Exception
{
    /// <summary>Creates the exception for something that no module reported.</summary>
    public Pkcs11Exception(string message, string? hint = null, Exception? innerException = null)
        : base(message, innerException) => Hint = hint;

    internal Pkcs11Exception(string message, string? hint, nuint returnValue)
        : this(message, hint) => ReturnValue = returnValue;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }

    /// <summary>The module's return value (CK_RV), or null when no module was asked.</summary>
    public ulong? ReturnValue { get; }

    /// <summary>The return value's name in the standard, such as <c>CKR_PIN_INCORRECT</c>, or null.</summary>
    public string? ReturnName => ReturnValue is { } value ? Native.ReturnValue.Name((nuint)value) : null;

    internal static Pkcs11Exception FromCall(string call, nuint returnValue) =>
        new($"{call} failed: {Native.ReturnValue.Name(returnValue)}", Native.ReturnValue.Advice(returnValue), returnValue);

    internal static void Check(string call, nuint returnValue)
    {
        if (returnValue != Native.ReturnValue.Ok)
            throw FromCall(call, returnValue);
    }
}
