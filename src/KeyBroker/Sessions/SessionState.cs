namespace Coffer.KeyBroker.Sessions;

/// <summary>How far a session is. It only ever goes forward.</summary>
internal enum SessionState
{
    /// <summary>Its nonce was given out, and nobody has answered it.</summary>
    Waiting,

    /// <summary>Its nonce was answered, well or badly: it is not answered again.</summary>
    Used,

    /// <summary>The answer held, and stands for an attestation.</summary>
    Attested,
}
