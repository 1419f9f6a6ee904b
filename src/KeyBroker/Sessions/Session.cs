using Coffer.Attestation.Protocol;

namespace Coffer.KeyBroker.Sessions;

/// <summary>One run of the protocol's handshake.</summary>
/// <param name="Id">Random UUID, 32 hex digits; what the cookie holds.</param>
/// <param name="Nonce">Base64 of 32 random bytes.</param>
/// <param name="Tee">Whose evidence was announced.</param>
/// <param name="Version">The version that the guest speaks.</param>
/// <param name="Created">When the nonce was given out.</param>
/// <param name="Expires">From when on it is gone.</param>
internal sealed record Session(string Id, string Nonce, string Tee, KbsVersion Version, DateTimeOffset Created, DateTimeOffset Expires)
{
    public SessionState State { get; init; }

    /// <summary>What its token stands for, once it has one.</summary>
    public string? AttestationId { get; init; }
}
