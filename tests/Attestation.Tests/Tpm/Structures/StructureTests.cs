using Coffer.Support;
using Xunit;

namespace Coffer.Attestation.Tpm.Structures;

public sealed class StructureTests
{
    private static readonly TpmPublic RsaArea = new()
    {
        Attributes = (TpmObjectAttributes)0x50072,
        AuthPolicy = new byte[32],
        Scheme = new TpmScheme(TpmAlgorithm.RsaSsa, TpmAlgorithm.Sha256),
        Key = new TpmRsaKey(2048, 0, Enumerable.Repeat((byte)0xC5, 256).ToArray()),
    };

    private static readonly TpmPublic CurveArea = new()
    {
        NameAlgorithm = TpmAlgorithm.Sha384,
        Attributes = TpmObjectAttributes.Decrypt | TpmObjectAttributes.Restricted,
        Symmetric = TpmSymmetric.Aes256Cfb,
        Key = new TpmEccKey(TpmCurve.P384, TpmScheme.Null, new byte[] { 1, 2 }, new byte[48]),
    };

    // magic, quote, signer, extraData, clock, resets, restarts, safe, firmware, one bank with registers 0 and 23, digest
    private static readonly byte[] Quote = Convert.FromHexString("ff544347" + "8018" + "0003" + "000b01" + "0002" + "aabb" + "0000000000000010" + "00000002" + "00000003" + "01" + "0102030405060708"
        + "00000001" + "000b" + "03" + "010080" + "0002" + "ccdd");

    private static readonly byte[] Certify = Convert.FromHexString("ff544347" + "8017" + "0000" + "0000" + "0000000000000010" + "00000002" + "00000003" + "00" + "0102030405060708" + "0003" + "000b05" + "0001" + "07");

    private static readonly byte[] RsaSignature = Convert.FromHexString("0014" + "000b" + "0003" + "010203");

    private static readonly byte[] CurveSignature = Convert.FromHexString("0018" + "000c" + "0001" + "05" + "0002" + "0607");

    [Fact]
    public void A_quote_is_taken_apart()
    {
        var attest = TpmAttest.Parse(Quote);
        Assert.Equal([0xaa, 0xbb], attest.ExtraData.ToArray());
        Assert.Equal(new BootCounters(2, 3, 16, true), attest.Counters);
        Assert.Equal(0x0102030405060708UL, attest.FirmwareVersion);
        var quoted = Assert.IsType<TpmQuoted>(attest.Attested);
        var selection = Assert.Single(quoted.Selections);
        Assert.Equal(TpmAlgorithm.Sha256, selection.Bank);
        Assert.Equal([0, 23], selection.Selected);
        Assert.False(selection.Contains(1) || selection.Contains(24) || selection.Contains(-1));
        Assert.Equal([0xcc, 0xdd], quoted.PcrDigest.ToArray());
    }

    [Fact]
    public void A_certification_is_taken_apart()
    {
        var attest = TpmAttest.Parse(Certify);
        Assert.False(attest.Counters.Safe);
        var certified = Assert.IsType<TpmCertified>(attest.Attested);
        Assert.Equal([0, 0x0b, 5], certified.Name.ToArray());
        Assert.Equal([7], certified.QualifiedName.ToArray());
    }

    [Theory]
    [InlineData("ff544348", 0, AttestationFault.Malformed)] // another magic
    [InlineData("8019", 4, AttestationFault.Unsupported)] // another type
    [InlineData("02", 31, AttestationFault.Malformed)] // neither yes nor no
    [InlineData("00000011", 40, AttestationFault.Malformed)] // too many banks
    [InlineData("05", 46, AttestationFault.Malformed)] // too many bytes of selection
    [InlineData("00", 46, AttestationFault.Malformed)] // none
    public void What_is_wrong_in_a_quote_is_refused(string bytes, int at, AttestationFault fault)
    {
        var changed = (byte[])Quote.Clone();
        Convert.FromHexString(bytes).CopyTo(changed, at);
        Assert.Equal(fault, Assert.Throws<AttestationException>(() => TpmAttest.Parse(changed)).Fault);
    }

    [Fact]
    public void A_bank_that_is_selected_twice_is_refused()
    {
        var twice = Convert.FromHexString("00000002" + "000b03010000" + "000b03020000");
        Assert.Throws<AttestationException>(() =>
        {
            var reader = new TpmReader(twice, "the list");
            TpmPcrSelection.ReadList(ref reader);
        });
    }

    [Fact]
    public void Structures_read_back_as_they_were_written()
    {
        foreach (var area in (TpmPublic[])[RsaArea, CurveArea])
        {
            Assert.Equal(area.ToBytes(), TpmPublic.Parse(area.ToBytes()).ToBytes());
            Assert.Equal(area.ToBytes(), TpmPublic.ParseSized(area.ToSizedBytes()).ToBytes());
        }
        Assert.Equal(RsaSignature, TpmSignature.Parse(RsaSignature).ToBytes());
        Assert.Equal(CurveSignature, TpmSignature.Parse(CurveSignature).ToBytes());
        Assert.Equal(2 + 32, RsaArea.ComputeName().Length);
        Assert.Equal(2 + 48, CurveArea.ComputeName().Length);
    }

    [Fact]
    public void What_stands_after_a_structure_or_is_missing_of_it_is_refused()
    {
        var parsers = new (byte[] Sound, Action<byte[]> Parse)[]
        {
            (RsaArea.ToBytes(), b => TpmPublic.Parse(b)), (CurveArea.ToBytes(), b => TpmPublic.Parse(b)), (RsaArea.ToSizedBytes(), b => TpmPublic.ParseSized(b)),
            (Quote, b => TpmAttest.Parse(b)), (Certify, b => TpmAttest.Parse(b)), (RsaSignature, b => TpmSignature.Parse(b)), (CurveSignature, b => TpmSignature.Parse(b)),
        };
        foreach (var (sound, parse) in parsers)
        {
            Assert.Throws<AttestationException>(() => parse([.. sound, 0]));
            for (var length = 0; length < sound.Length; length++) Assert.Throws<AttestationException>(() => parse(sound[..length]));
        }
    }

    [Fact]
    public void A_key_in_its_platform_form_has_full_width_and_the_default_exponent()
    {
        Assert.Equal([1, 0, 1], ((TpmRsaKey)(RsaArea.Key)).ToParameters().Exponent!);
        Assert.Equal([.. new byte[46], 1, 2], ((TpmEccKey)CurveArea.Key).ToParameters().Q.X!);
        Assert.Throws<AttestationException>(() => new TpmRsaKey(2048, 0, new byte[256]).ToParameters());
        Assert.Throws<AttestationException>(() => new TpmRsaKey(2048, 2, RsaArea.Key is TpmRsaKey key ? key.Modulus : default).ToParameters());
    }

    [Fact]
    public void The_policy_of_endorsement_keys_is_the_one_that_their_profile_prints() =>
        Assert.Equal("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa", Convert.ToHexStringLower(TpmPolicyDigest.OfSecret(TpmAlgorithm.Sha256, [0x40, 0, 0, 0x0B])));

    [Theory]
    [InlineData(0x000, "TPM_RC_SUCCESS (0x000)")]
    [InlineData(0x101, "TPM_RC_FAILURE (0x101)")]
    [InlineData(0x99D, "TPM_RC_POLICY_FAIL (session 1, 0x99d)")]
    [InlineData(0x2C4, "TPM_RC_VALUE (parameter 2, 0x2c4)")]
    [InlineData(0x18B, "TPM_RC_HANDLE (handle 1, 0x18b)")]
    [InlineData(0x902, "TPM_RC_OBJECT_MEMORY (0x902)")]
    [InlineData(0xB0143, "TPM_RC_COMMAND_CODE (0xb0143)")]
    [InlineData(0x7FF, "0x7ff (parameter 7, 0x7ff)")]
    public void Response_codes_are_shown_by_name_and_say_what_they_are_about(uint code, string shown) =>
        Assert.Equal(shown, new TpmResponseCode(code).ToString());

    [Fact]
    public void Structures_made_unsound_are_refused_or_read_back_the_same()
    {
        Fuzzing.Run("tpm public area", [RsaArea.ToBytes(), CurveArea.ToBytes()], (input, _) => Check(() => Assert.Equal(input, TpmPublic.Parse(input).ToBytes())), 10_000);
        Fuzzing.Run("tpm attestation", [Quote, Certify], (input, _) => Check(() => TpmAttest.Parse(input)), 10_000);
        Fuzzing.Run("tpm signature", [RsaSignature, CurveSignature], (input, _) => Check(() => Assert.Equal(input, TpmSignature.Parse(input).ToBytes())), 10_000);
    }

    private static void Check(Action parse)
    {
        try
        {
            parse();
        }
        catch (AttestationException e) when (e.Fault is AttestationFault.Malformed or AttestationFault.Unsupported)
        {
            // That is what it says it does.
        }
    }
}
