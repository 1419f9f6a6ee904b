using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;

namespace Coffer.Attestation.Tests.Tpm.Verification;

/// <summary>Signs whatever a test asks for, as no TPM would: evidence that is right in everything but one thing.</summary>
/// <param name="which">0 or 1: two with different keys.</param>
internal sealed class FakeTpm(int which = 0) : IDisposable
{
    // Making RSA keys takes most of the time that such tests take.
    private static readonly RSA[] Keys = [RSA.Create(2048), RSA.Create(2048), RSA.Create(2048), RSA.Create(2048)];

    public const TpmObjectAttributes AkAttributes = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin
        | TpmObjectAttributes.UserWithAuth | TpmObjectAttributes.Restricted | TpmObjectAttributes.Sign;

    public const TpmObjectAttributes BoundAttributes = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin | TpmObjectAttributes.Decrypt;

    public static readonly byte[] Digest = SHA384.HashData("nonce and key"u8);

    private readonly TpmVerifier _verifier = new();
    private readonly RSA _ak = Keys[which];
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public RSA BindingKey { get; } = Keys[which + 2];

    public TeePublicKey Offered => TeePublicKey.FromRsa(BindingKey.ExportParameters(false));

    public List<byte[]> Sha256 { get; } = [.. Enumerable.Range(0, 24).Select(i => SHA256.HashData([(byte)i]))];

    public List<byte[]> Sha384 { get; } = [.. Enumerable.Range(0, 24).Select(i => SHA384.HashData([(byte)i]))];

    // What tests bend; every member is right to begin with.
    public TpmObjectAttributes Attributes { get; set; } = AkAttributes;

    public TpmAlgorithm Scheme { get; set; } = TpmAlgorithm.RsaSsa;

    public TpmAlgorithm Hash { get; set; } = TpmAlgorithm.Sha256;

    public bool Ecc { get; set; }

    public uint Magic { get; set; } = 0xff544347;

    public uint Resets { get; set; } = 7;

    public uint? ResetsOfCertify { get; set; }

    public byte[]? ExtraData { get; set; }

    public byte[]? ExtraDataOfCertify { get; set; }

    public byte[]? CertifiedName { get; set; }

    public byte[] Signer { get; set; } = [0, 0x0b, .. new byte[32]];

    public byte[]? SignerOfCertify { get; set; }

    public TpmObjectAttributes BindingAttributes { get; set; } = BoundAttributes;

    public int[]? BoundPcrs { get; set; } = [0, 7, 11];

    public byte[]? AuthPolicy { get; set; }

    public IEnumerable<int> Selected { get; set; } = Enumerable.Range(0, 24);

    public string? HostUuid { get; set; }

    public byte[]? EventLog { get; set; }

    public TpmPublic Ak => Ecc
        ? new TpmPublic { Attributes = Attributes, Scheme = new TpmScheme(TpmAlgorithm.EcDsa, Hash), Key = new TpmEccKey(TpmCurve.P256, TpmScheme.Null, _curve.ExportParameters(false).Q.X, _curve.ExportParameters(false).Q.Y) }
        : new TpmPublic { Attributes = Attributes, Scheme = new TpmScheme(Scheme, Hash), Key = new TpmRsaKey(2048, 0, _ak.ExportParameters(false).Modulus) };

    public TpmPublic Binding => new()
    {
        Attributes = BindingAttributes,
        AuthPolicy = AuthPolicy ?? (BoundPcrs is null ? [] : Policy(BoundPcrs)),
        Key = new TpmRsaKey(2048, 0, BindingKey.ExportParameters(false).Modulus),
    };

    public byte[] Policy(IEnumerable<int> registers)
    {
        var selection = new TpmPcrSelection(TpmAlgorithm.Sha256, registers);
        return TpmPolicyDigest.OfPcrs(TpmAlgorithm.Sha256, [selection], TpmPcrValues.Digest(TpmAlgorithm.Sha256, [selection], [Bank(TpmAlgorithm.Sha256)]));
    }

    /// <summary>All of it: CoCo's quote (RSA), the second one, the binding key.</summary>
    public JsonObject Evidence()
    {
        var ours = new JsonObject { ["ak"] = Base64(Ak.ToSizedBytes()), ["binding_key"] = Certified() };
        var evidence = new JsonObject { ["coffer"] = ours };
        if (!Ecc)
        {
            evidence["ak_public"] = Base64(_ak.ExportSubjectPublicKeyInfo());
            evidence["tpm_quote"] = Quoted(ExtraData ?? Digest[..32], [TpmAlgorithm.Sha256]);
            evidence["tpm_quote"]!["pcrs"] = Hex(Sha256);
        }
        var second = Quoted(TpmEvidence.SecondBinding(Digest, HostUuid), Ecc ? [TpmAlgorithm.Sha256, TpmAlgorithm.Sha384] : [TpmAlgorithm.Sha384]);
        second["banks"] = new JsonObject { ["sha384"] = Hex(Sha384) };
        if (Ecc) second["banks"]!["sha256"] = Hex(Sha256);
        ours["quote"] = second;
        if (HostUuid is { } uuid) ours["host_uuid"] = uuid;
        if (EventLog is { } log) ours["event_log"] = Base64(log);
        return evidence;
    }

    public Verdict Verify(Action<JsonObject>? change = null, TeePublicKey? key = null, byte[]? digest = null)
    {
        var evidence = Evidence();
        change?.Invoke(evidence);
        using var document = JsonDocument.Parse(evidence.ToJsonString());
        return _verifier.Verify(document.RootElement, digest ?? Digest, key ?? Offered);
    }

    public void Dispose() => _curve.Dispose();

    public JsonObject Quoted(byte[] extraData, TpmAlgorithm[] banks)
    {
        TpmPcrSelection[] selections = [.. banks.Select(bank => new TpmPcrSelection(bank, Selected))];
        return Signed(writer =>
        {
            TpmPcrSelection.WriteList(Head(writer, 0x8018, Signer, extraData, Resets), selections);
            writer.Sized(TpmPcrValues.Digest(Hash, selections, [Bank(TpmAlgorithm.Sha256), Bank(TpmAlgorithm.Sha384)]));
        }, "message");
    }

    private JsonObject Certified()
    {
        var signed = Signed(writer => Head(writer, 0x8017, SignerOfCertify ?? Signer, ExtraDataOfCertify ?? Digest[..32], ResetsOfCertify ?? Resets)
            .Sized(CertifiedName ?? Binding.ComputeName()).Sized([0, 0x0b, .. new byte[32]]), "attest");
        signed["public"] = Base64(Binding.ToSizedBytes());
        if (BoundPcrs is { } registers) signed["pcrs"] = new JsonArray([.. registers.Select(r => (JsonNode)r)]);
        return signed;
    }

    private TpmWriter Head(TpmWriter writer, ushort type, byte[] signer, byte[] extraData, uint resets) =>
        writer.UInt32(Magic).UInt16(type).Sized(signer).Sized(extraData).UInt64(123_456).UInt32(resets).UInt32(1).Byte(1).UInt64(0x0102030405060708);

    private JsonObject Signed(Action<TpmWriter> write, string name)
    {
        using var writer = new TpmWriter();
        write(writer);
        var message = writer.ToArray();
        return new JsonObject { [name] = Base64(message), ["signature"] = Base64(Signature(message).ToBytes()) };
    }

    private TpmSignature Signature(byte[] message)
    {
        var hash = TpmHash.Platform(Hash);
        if (!Ecc) return new TpmRsaSignature(Scheme, Hash, _ak.SignData(message, hash, Scheme == TpmAlgorithm.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));
        var joined = _curve.SignData(message, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new TpmEcdsaSignature(Hash, joined.AsMemory(0, 32), joined.AsMemory(32));
    }

    private TpmPcrValues Bank(TpmAlgorithm bank) => new(bank, (bank == TpmAlgorithm.Sha256 ? Sha256 : Sha384).Index().ToDictionary(p => p.Index, p => (ReadOnlyMemory<byte>)p.Item));

    private static JsonArray Hex(List<byte[]> values) => new([.. values.Select(v => (JsonNode)Convert.ToHexStringLower(v))]);

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);
}
