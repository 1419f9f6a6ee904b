namespace Coffer.Jose;

/// <summary>No key opened the JWE; every key was tried against every recipient.</summary>
public sealed class JweDecryptionException : JoseException
{
    internal JweDecryptionException(IReadOnlyList<JweAttempt> attempts)
        : base(
            attempts.Any(a => a.Failure == JweFailure.ContentAltered) ? JoseError.IntegrityFailure : JoseError.NotOpened,
            attempts.Count == 0 ? "no key was given to open the JWE" : "no key opens the JWE: " + attempts[^1].Reason) =>
        Attempts = attempts;

    /// <summary>Each key against each recipient, with its own reason, in the order tried.</summary>
    public IReadOnlyList<JweAttempt> Attempts { get; }
}
