using System.Text.Json.Nodes;

namespace Coffer.Attestation;

/// <summary>
/// Collects evidence of the machine that this process runs on. One per TEE, in the TEE's folder. Safe for many calls at once;
/// holds no connection to the TPM or TEE between calls.
/// </summary>
public interface IAttester
{
    /// <summary>The TEE's name in the protocol, such as <c>tpm</c>.</summary>
    string Tee { get; }

    /// <summary>
    /// The key that is offered as <c>tee-pubkey</c>, to which released secrets are sealed: one that lives in the TEE where it can,
    /// else a new one in memory. The caller disposes it.
    /// </summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TEE cannot be used.</exception>
    Task<ITeeKey> OpenKeyAsync(CancellationToken cancellationToken);

    /// <summary>Evidence bound to a nonce and a key: the protocol's <c>primary_evidence</c>.</summary>
    /// <param name="digest">The 48 bytes of <see cref="Protocol.ReportData"/>.</param>
    /// <param name="key">The key whose public part is in that digest, from <see cref="OpenKeyAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TEE cannot be used.</exception>
    Task<JsonObject> CollectAsync(ReadOnlyMemory<byte> digest, ITeeKey key, CancellationToken cancellationToken);

    /// <summary>
    /// A text that changes whenever evidence collected anew could say something else (a reboot, an extended PCR): while it stays the
    /// same, a token may be used again.
    /// </summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TEE cannot be used.</exception>
    Task<string> ReadStateAsync(CancellationToken cancellationToken);
}
