using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Machines;

/// <summary>
/// What a TPM would answer, computed with the platform's keys: public areas, quotes, certifications, activated credentials. These tests
/// are about what the broker does with a machine that lies, and a real TPM, or swtpm, does not: it signs no fallen counter, certifies no
/// key with another policy than it has, and gives no AK the wrong attributes. What honest TPMs do is tested with swtpm elsewhere. It is
/// also a thousand machines at once, which as many swtpm would not be on one.
/// </summary>
/// <param name="ecdsa">Whether its attestation key is on P-256, not of RSA with 2048 bits, which takes long to make.</param>
internal sealed class FakeTpm(bool ecdsa = false) : IDisposable
{
    private const TpmObjectAttributes OfThisTpm = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin;

    private readonly ECDiffieHellman _ek = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private AsymmetricAlgorithm _ak = NewAk(ecdsa);
    private (AsymmetricAlgorithm Key, TpmObjectAttributes Attributes, TpmPublic Area, byte[] Name)? _akArea;

    public TpmObjectAttributes AkAttributes { get; set; } = OfThisTpm | TpmObjectAttributes.UserWithAuth | TpmObjectAttributes.Restricted | TpmObjectAttributes.Sign;

    public uint Resets { get; set; } = 5;

    public ulong Clock { get; set; } = 1_000_000;

    public bool Safe { get; set; } = true;

    /// <summary>The sha256 bank.</summary>
    public byte[][] Pcrs { get; } = [.. Enumerable.Range(0, 24).Select(i => SHA256.HashData([(byte)i]))];

    public byte[] AkPublicKeyInfo => _ak.ExportSubjectPublicKeyInfo();

    public PublicKey EkPublicKey => new(_ek);

    public string EkFingerprint => Convert.ToHexStringLower(SHA256.HashData(_ek.ExportSubjectPublicKeyInfo()));

    public TpmPublic Ek => Curve(OfThisTpm | TpmObjectAttributes.AdminWithPolicy | TpmObjectAttributes.Restricted | TpmObjectAttributes.Decrypt, _ek.ExportParameters(false));

    public TpmPublic Ak => AkArea.Area;

    public string AkName => Convert.ToHexStringLower(AkArea.Name);

    // A machine that attests a thousand times a second must not spend its time on exporting its key.
    private (TpmPublic Area, byte[] Name) AkArea
    {
        get
        {
            if (_akArea is { } known && ReferenceEquals(known.Key, _ak) && known.Attributes == AkAttributes) return (known.Area, known.Name);
            var area = new TpmPublic
            {
                Attributes = AkAttributes,
                Scheme = new TpmScheme(_ak is RSA ? TpmAlgorithm.RsaSsa : TpmAlgorithm.EcDsa, TpmAlgorithm.Sha256),
                Key = _ak is RSA rsa ? new TpmRsaKey(2048, 0, rsa.ExportParameters(false).Modulus) : Point(((ECDsa)_ak).ExportParameters(false)),
            };
            var name = area.ComputeName();
            _akArea = (_ak, AkAttributes, area, name);
            return (area, name);
        }
    }

    /// <summary>A new attestation key takes the place of the old one.</summary>
    public void MakeAk()
    {
        _ak.Dispose();
        _ak = NewAk(ecdsa);
    }

    /// <summary>As a virtual TPM's copied state has it: the attestation key of another, under an endorsement key of its own.</summary>
    public void TakeAkOf(FakeTpm other)
    {
        _ak.Dispose();
        _ak = RSA.Create(((RSA)other._ak).ExportParameters(true));
    }

    public void Extend(int register) => Pcrs[register] = SHA256.HashData([.. Pcrs[register], 1]);

    /// <summary>A reboot: counters move, registers come back to the same values.</summary>
    public void Reset()
    {
        Resets++;
        Clock += 10;
    }

    /// <summary>TPM2_Quote over all registers: TPMS_ATTEST and TPMT_SIGNATURE.</summary>
    public (byte[] Message, byte[] Signature) Quote(ReadOnlySpan<byte> extraData)
    {
        var digest = SHA256.HashData(Pcrs.SelectMany(p => p).ToArray());
        return Attest(0x8018, extraData, w =>
        {
            TpmPcrSelection.WriteList(w, [TpmPcrSelection.AllOf(TpmAlgorithm.Sha256)]);
            w.Sized(digest);
        });
    }

    /// <summary>TPM2_Certify of an object of that name.</summary>
    public (byte[] Message, byte[] Signature) Certify(byte[] name, ReadOnlySpan<byte> extraData) => Attest(0x8017, extraData, w => w.Sized(name).Sized(name));

    /// <summary>TPM2_ActivateCredential with the endorsement key (TPM 2.0 Library Part 1, section 24).</summary>
    /// <exception cref="CryptographicException">The credential is of another name or endorsement key.</exception>
    public byte[] Activate(byte[] blob, byte[] encryptedSecret, byte[]? name = null)
    {
        name ??= Ak.ComputeName();
        var seed = Seed(encryptedSecret);
        var identity = Sized(blob.AsSpan(2), out var encrypted);
        var integrity = SP800108HmacCounterKdf.DeriveBytes(seed, HashAlgorithmName.SHA256, "INTEGRITY"u8, [], 32);
        byte[] sealedText = [.. encrypted, .. name];
        if (!HMACSHA256.HashData(integrity, sealedText).AsSpan().SequenceEqual(identity)) throw new CryptographicException("TPM_RC_INTEGRITY");
        using var aes = Aes.Create();
        aes.Key = SP800108HmacCounterKdf.DeriveBytes(seed, HashAlgorithmName.SHA256, "STORAGE"u8, name, 16);
        byte[] whole = [.. encrypted, .. new byte[(16 - (encrypted.Length % 16)) % 16]];
        return Sized(aes.DecryptCfb(whole, new byte[16], PaddingMode.None, 128), out _).ToArray();
    }

    public void Dispose()
    {
        _ek.Dispose();
        _ak.Dispose();
    }

    private byte[] Seed(byte[] encryptedSecret)
    {
        var x = Sized(encryptedSecret.AsSpan(2), out var rest).ToArray();
        var y = Sized(rest, out _).ToArray();
        using var ephemeral = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        using var theirs = ephemeral.PublicKey;
        return SHA256.HashData([0, 0, 0, 1, .. _ek.DeriveRawSecretAgreement(theirs), .. "IDENTITY\0"u8, .. x, .. _ek.ExportParameters(false).Q.X!]);
    }

    private (byte[] Message, byte[] Signature) Attest(ushort type, ReadOnlySpan<byte> extraData, Action<TpmWriter> attested)
    {
        using var writer = new TpmWriter();
        writer.UInt32(0xff544347).UInt16(type).Sized(AkArea.Name).Sized(extraData).UInt64(++Clock).UInt32(Resets).UInt32(1).Byte(Safe ? (byte)1 : (byte)0).UInt64(7);
        attested(writer);
        var message = writer.ToArray();
        return (message, Sign(message).ToBytes());
    }

    private TpmSignature Sign(byte[] message)
    {
        if (_ak is RSA rsa) return new TpmRsaSignature(TpmAlgorithm.RsaSsa, TpmAlgorithm.Sha256, rsa.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var joined = ((ECDsa)_ak).SignData(message, HashAlgorithmName.SHA256);
        return new TpmEcdsaSignature(TpmAlgorithm.Sha256, joined.AsMemory(0, joined.Length / 2), joined.AsMemory(joined.Length / 2));
    }

    private static AsymmetricAlgorithm NewAk(bool ecdsa) => ecdsa ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);

    private static TpmEccKey Point(ECParameters key) => new(TpmCurve.P256, TpmScheme.Null, key.Q.X, key.Q.Y);

    private static TpmPublic Curve(TpmObjectAttributes attributes, ECParameters key) => new()
    {
        Attributes = attributes,
        AuthPolicy = TpmPolicyDigest.OfSecret(TpmAlgorithm.Sha256, [0x40, 0, 0, 0x0b]),
        Symmetric = TpmSymmetric.Aes128Cfb,
        Key = Point(key),
    };

    private static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest)
    {
        var size = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        rest = bytes[(2 + size)..];
        return bytes.Slice(2, size);
    }
}
