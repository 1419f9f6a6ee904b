namespace Coffer.KeyBroker;

/// <summary>Kinds of failure, each with its HTTP status on the broker's own API.</summary>
public enum BrokerFault
{
    /// <summary>400: not of the documented form, or larger than allowed.</summary>
    BadRequest,

    /// <summary>401: no credential, or one that does not hold (unknown, expired, a used nonce).</summary>
    Unauthenticated,

    /// <summary>403: who asks is known, and may not.</summary>
    Denied,

    /// <summary>404: no such thing.</summary>
    NotFound,

    /// <summary>409: it is there already, or changed in between.</summary>
    Conflict,

    /// <summary>429: too many at once, or a bound on their number is reached.</summary>
    TooMany,

    /// <summary>503: the store or the root key cannot be used.</summary>
    Unavailable,

    /// <summary>500: stored data does not verify, or a fault of ours.</summary>
    Internal,
}
