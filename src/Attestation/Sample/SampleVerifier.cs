using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Sample;

/// <summary>Checks that sample evidence is bound to nonce and key. That proves nothing about who made it, and it names no machine.</summary>
internal sealed class SampleVerifier : IVerifier
{
    /// <inheritdoc/>
    public string Tee => TeeNames.Sample;

    /// <inheritdoc/>
    public Verdict Verify(JsonElement evidence, ReadOnlyMemory<byte> digest, TeePublicKey key)
    {
        var json = new MessageObject(evidence, "the sample evidence");
        var svn = json.Text(SampleEvidence.Svn, 32);
        if (!CryptographicOperations.FixedTimeEquals(json.Bytes(SampleEvidence.Bound, 64), digest.Span))
            throw new AttestationException(AttestationFault.Untrusted, "the sample evidence is bound to another nonce or key");
        return new Verdict(Tee, new JsonObject { ["sample"] = new JsonObject { ["svn"] = svn } });
    }
}
