namespace Coffer.Jose;

/// <summary>Why a JOSE operation was refused, for callers that act on the kind rather than on the words.</summary>
public enum JoseError
{
    /// <summary>The input is not what its format says: JSON, base64url, sizes, missing or doubled members.</summary>
    Malformed,

    /// <summary>The input is well formed, but uses an algorithm or feature that is not supported, or refused on purpose.</summary>
    Unsupported,

    /// <summary>The key cannot do what was asked: wrong type, size, curve, declared use, or its private half is missing.</summary>
    UnsuitableKey,

    /// <summary>No key given opens the envelope.</summary>
    NotOpened,

    /// <summary>A signature does not hold, or the content was altered.</summary>
    IntegrityFailure,
}
