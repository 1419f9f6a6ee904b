using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Machines;

/// <summary>A key to which secrets are sealed, of a <see cref="FakeTpm"/>; honest unless told otherwise.</summary>
internal sealed class FakeBindingKey : IDisposable
{
    private static readonly int[] Registers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15];

    private readonly RSA _key;
    private readonly FakeTpm _tpm;
    private readonly byte[] _policy;

    /// <param name="tpm">Whose it is.</param>
    /// <param name="key">One of 2048 bits, which it disposes; null for a new one.</param>
    public FakeBindingKey(FakeTpm tpm, RSA? key = null)
    {
        _key = key ?? RSA.Create(2048);
        _tpm = tpm;
        _policy = PolicyOf(tpm);
        Offered = TeePublicKey.FromRsa(_key.ExportParameters(false));
    }

    public TpmObjectAttributes Attributes { get; set; } =
        TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin | TpmObjectAttributes.Decrypt;

    /// <summary>Who certifies it; null for its own TPM.</summary>
    public FakeTpm? CertifiedBy { get; set; }

    public byte[]? Policy { get; set; }

    public RSA Private => _key;

    public TeePublicKey Offered { get; }

    public JsonObject Evidence(ReadOnlySpan<byte> extraData)
    {
        var area = new TpmPublic { Attributes = Attributes, AuthPolicy = Policy ?? _policy, Key = new TpmRsaKey(2048, 0, Offered.Key.ExportRsaPublicNumbers().Modulus) };
        var (message, signature) = (CertifiedBy ?? _tpm).Certify(area.ComputeName(), extraData);
        return new JsonObject
        {
            ["public"] = Convert.ToBase64String(area.ToSizedBytes()),
            ["attest"] = Convert.ToBase64String(message),
            ["signature"] = Convert.ToBase64String(signature),
            ["pcrs"] = new JsonArray([.. Registers.Select(r => (JsonNode?)r)]),
        };
    }

    public void Dispose() => _key.Dispose();

    private static byte[] PolicyOf(FakeTpm tpm)
    {
        var selection = new TpmPcrSelection(TpmAlgorithm.Sha256, Registers);
        var values = new TpmPcrValues(TpmAlgorithm.Sha256, tpm.Pcrs.Index().ToDictionary(p => p.Index, p => (ReadOnlyMemory<byte>)p.Item));
        return TpmPolicyDigest.OfPcrs(TpmAlgorithm.Sha256, [selection], TpmPcrValues.Digest(TpmAlgorithm.Sha256, [selection], [values]));
    }
}
