namespace Coffer.Pkcs11.Native;

/// <summary>Return values (CK_RV): the ones that steer this room, the names of the others, and what an operator can do about them.</summary>
internal static class ReturnValue
{
    public const nuint Ok = 0;
    public const nuint GeneralError = 0x5;
    public const nuint FunctionFailed = 0x6;
    public const nuint ArgumentsBad = 0x7;
    public const nuint AttributeSensitive = 0x11;
    public const nuint AttributeTypeInvalid = 0x12;
    public const nuint EncryptedDataInvalid = 0x40;
    public const nuint EncryptedDataLengthRange = 0x41;
    public const nuint FunctionNotSupported = 0x54;
    public const nuint MechanismInvalid = 0x70;
    public const nuint MechanismParameterInvalid = 0x71;
    public const nuint PinIncorrect = 0xa0;
    public const nuint UserAlreadyLoggedIn = 0x100;
    public const nuint BufferTooSmall = 0x150;
    public const nuint AlreadyInitialized = 0x191;

    /// <summary>The name in the standard, such as <c>CKR_PIN_INCORRECT</c>; a number for what the standard does not name.</summary>
    public static string Name(nuint value) => (ulong)value switch
    {
        0x0 => "CKR_OK",
        0x1 => "CKR_CANCEL",
        0x2 => "CKR_HOST_MEMORY",
        0x3 => "CKR_SLOT_ID_INVALID",
        0x5 => "CKR_GENERAL_ERROR",
        0x6 => "CKR_FUNCTION_FAILED",
        0x7 => "CKR_ARGUMENTS_BAD",
        0x8 => "CKR_NO_EVENT",
        0x9 => "CKR_NEED_TO_CREATE_THREADS",
        0xa => "CKR_CANT_LOCK",
        0x10 => "CKR_ATTRIBUTE_READ_ONLY",
        0x11 => "CKR_ATTRIBUTE_SENSITIVE",
        0x12 => "CKR_ATTRIBUTE_TYPE_INVALID",
        0x13 => "CKR_ATTRIBUTE_VALUE_INVALID",
        0x1b => "CKR_ACTION_PROHIBITED",
        0x20 => "CKR_DATA_INVALID",
        0x21 => "CKR_DATA_LEN_RANGE",
        0x30 => "CKR_DEVICE_ERROR",
        0x31 => "CKR_DEVICE_MEMORY",
        0x32 => "CKR_DEVICE_REMOVED",
        0x40 => "CKR_ENCRYPTED_DATA_INVALID",
        0x41 => "CKR_ENCRYPTED_DATA_LEN_RANGE",
        0x50 => "CKR_FUNCTION_CANCELED",
        0x51 => "CKR_FUNCTION_NOT_PARALLEL",
        0x54 => "CKR_FUNCTION_NOT_SUPPORTED",
        0x60 => "CKR_KEY_HANDLE_INVALID",
        0x62 => "CKR_KEY_SIZE_RANGE",
        0x63 => "CKR_KEY_TYPE_INCONSISTENT",
        0x68 => "CKR_KEY_FUNCTION_NOT_PERMITTED",
        0x69 => "CKR_KEY_NOT_WRAPPABLE",
        0x6a => "CKR_KEY_UNEXTRACTABLE",
        0x70 => "CKR_MECHANISM_INVALID",
        0x71 => "CKR_MECHANISM_PARAM_INVALID",
        0x82 => "CKR_OBJECT_HANDLE_INVALID",
        0x90 => "CKR_OPERATION_ACTIVE",
        0x91 => "CKR_OPERATION_NOT_INITIALIZED",
        0xa0 => "CKR_PIN_INCORRECT",
        0xa1 => "CKR_PIN_INVALID",
        0xa2 => "CKR_PIN_LEN_RANGE",
        0xa3 => "CKR_PIN_EXPIRED",
        0xa4 => "CKR_PIN_LOCKED",
        0xb0 => "CKR_SESSION_CLOSED",
        0xb1 => "CKR_SESSION_COUNT",
        0xb3 => "CKR_SESSION_HANDLE_INVALID",
        0xb5 => "CKR_SESSION_READ_ONLY",
        0xb6 => "CKR_SESSION_EXISTS",
        0xb8 => "CKR_SESSION_READ_WRITE_SO_EXISTS",
        0xc0 => "CKR_SIGNATURE_INVALID",
        0xc1 => "CKR_SIGNATURE_LEN_RANGE",
        0xd0 => "CKR_TEMPLATE_INCOMPLETE",
        0xd1 => "CKR_TEMPLATE_INCONSISTENT",
        0xe0 => "CKR_TOKEN_NOT_PRESENT",
        0xe1 => "CKR_TOKEN_NOT_RECOGNIZED",
        0xe2 => "CKR_TOKEN_WRITE_PROTECTED",
        0x100 => "CKR_USER_ALREADY_LOGGED_IN",
        0x101 => "CKR_USER_NOT_LOGGED_IN",
        0x102 => "CKR_USER_PIN_NOT_INITIALIZED",
        0x103 => "CKR_USER_TYPE_INVALID",
        0x104 => "CKR_USER_ANOTHER_ALREADY_LOGGED_IN",
        0x105 => "CKR_USER_TOO_MANY_TYPES",
        0x130 => "CKR_DOMAIN_PARAMS_INVALID",
        0x150 => "CKR_BUFFER_TOO_SMALL",
        0x180 => "CKR_INFORMATION_SENSITIVE",
        0x190 => "CKR_CRYPTOKI_NOT_INITIALIZED",
        0x191 => "CKR_CRYPTOKI_ALREADY_INITIALIZED",
        0x200 => "CKR_FUNCTION_REJECTED",
        >= 0x80000000 => $"vendor-defined return value 0x{(ulong)value:x8}",
        _ => $"return value 0x{(ulong)value:x8}",
    };

    /// <summary>What to do about it, or null when there is nothing better to say than the name.</summary>
    public static string? Advice(nuint value) => (ulong)value switch
    {
        0x5 => "check the module's own configuration file and log (softhsm2 reads SOFTHSM2_CONF)",
        0x3 or 0xe0 or 0xe1 => "list the tokens with 'pkcs11-tool --module MODULE -L' and mend the URI",
        0x30 or 0x31 or 0x32 => "check that the device is plugged in and healthy",
        0x40 or 0x41 => "the ciphertext was made for another key, or it was changed",
        0x68 => "the key's attributes forbid this use; pick a key made for decryption",
        0x54 or 0x70 or 0x71 => "the token does not offer this operation; 'pkcs11-tool --module MODULE -M' lists what it offers",
        0xa0 => "check pin-value or pin-source; further wrong PINs may lock the token",
        0xa1 or 0xa2 => "the token does not accept a PIN of this form or length",
        0xa3 or 0xa4 => "the PIN must be reset by the token's security officer",
        0x101 => "the URI needs a pin-value or pin-source",
        0x102 => "set the user PIN first",
        0xb1 => "too many sessions are open on the token",
        0xe2 => "the token is write-protected",
        _ => null,
    };
}
