using System.Text.Json;
using Coffer.Attestation.Protocol;

namespace Coffer.Attestation;

/// <summary>
/// Verifies evidence of one TEE: that it is genuine, fresh and bound to the key. What it says is for policies to judge, except that
/// an inconsistency is a failure. Pure computation: no network, no files, no clock of its own. Safe for many calls at once.
/// </summary>
public interface IVerifier
{
    /// <summary>The TEE's name in the protocol, such as <c>tpm</c>.</summary>
    string Tee { get; }

    /// <summary>Verifies.</summary>
    /// <param name="evidence">The protocol's <c>primary_evidence</c>: outside input, bounded here.</param>
    /// <param name="digest">The 48 bytes that it must be bound to.</param>
    /// <param name="key">The key whose public part is in that digest.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, <see cref="AttestationFault.Untrusted"/> or
    /// <see cref="AttestationFault.Unsupported"/>; the message names the check and is for operators, not for the guest.</exception>
    Verdict Verify(JsonElement evidence, ReadOnlyMemory<byte> digest, TeePublicKey key);
}
