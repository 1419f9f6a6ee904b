using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Jose;
using Coffer.Support;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class TpmAttesterTests
{
    private static readonly byte[] Digest = [.. Enumerable.Range(1, 48).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_quote_of_ours_passes_tpm2_checkquote(bool unix)
    {
        await using var node = await TestNode.StartAsync(unix);
        var evidence = await CollectAsync(node);

        var quote = evidence["tpm_quote"]!;
        node.Folder.Write("ak.pem", $"-----BEGIN PUBLIC KEY-----\n{evidence["ak_public"]}\n-----END PUBLIC KEY-----\n");
        node.Folder.Write("message", Bytes(quote["message"]));
        node.Folder.Write("signature", Bytes(quote["signature"]));
        node.Folder.Write("pcrs", ToolsPcrFile.Of([.. quote["pcrs"]!.AsArray().Select(p => Convert.FromHexString((string)p!))]));
        string[] check = ["-u", "ak.pem", "-m", "message", "-s", "signature", "-f", "pcrs", "-g", "sha256", "-q"];
        (await node.Tpm.RunToolAsync("tpm2_checkquote", [.. check, Convert.ToHexStringLower(Digest[..32])])).ShouldSucceed();
        Assert.NotEqual(0, (await node.Tpm.RunToolAsync("tpm2_checkquote", [.. check, Convert.ToHexStringLower(Digest[1..33])])).ExitCode);
    }

    [Fact]
    public async Task The_second_quote_covers_the_other_banks_and_binds_the_host()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        await node.Tpm.ExtendAsync(3, "sha384");
        var evidence = await CollectAsync(node, s => s with { HostUuid = "host-1" });

        var quote = evidence["coffer"]!["quote"]!;
        var attest = TpmAttest.Parse(Bytes(quote["message"]));
        var expected = SHA256.HashData([.. "coffer-tpm-evidence-1\0"u8, .. Digest, .. SHA256.HashData("host-1"u8)]);
        Assert.Equal(expected, attest.ExtraData.ToArray());
        Assert.Equal(["sha384"], quote["banks"]!.AsObject().Select(b => b.Key));
        Assert.Equal(96, ((string)quote["banks"]!["sha384"]![3]!).Length);
        Assert.Equal("host-1", (string)evidence["coffer"]!["host_uuid"]!);
        Assert.Equal(TpmAlgorithm.Sha384, Assert.Single(Assert.IsType<TpmQuoted>(attest.Attested).Selections).Bank);
    }

    [Fact]
    public async Task An_attestation_key_on_a_curve_quotes_every_bank_in_the_second_quote_alone()
    {
        await using var node = await TestNode.StartAsync();
        var evidence = await CollectAsync(node, s => s with { AkAlgorithm = Keys.AkAlgorithm.EllipticCurve });

        Assert.False(evidence.ContainsKey("ak_public") || evidence.ContainsKey("tpm_quote"));
        var ak = TpmPublic.ParseSized(Bytes(evidence["coffer"]!["ak"]));
        var quote = evidence["coffer"]!["quote"]!;
        var signature = Assert.IsType<TpmEcdsaSignature>(TpmSignature.Parse(Bytes(quote["signature"])));
        using var ecdsa = ECDsa.Create(((TpmEccKey)ak.Key).ToParameters());
        Assert.True(ecdsa.VerifyData(Bytes(quote["message"]), (byte[])[.. Full(signature.R), .. Full(signature.S)], HashAlgorithmName.SHA256));
        Assert.Contains("sha256", quote["banks"]!.AsObject().Select(b => b.Key));

        static byte[] Full(ReadOnlyMemory<byte> scalar) => [.. new byte[32 - scalar.Length], .. scalar.Span];
    }

    [Fact]
    public async Task A_host_label_is_bound_by_a_second_quote_even_where_no_other_bank_is_kept()
    {
        await using var node = await TestNode.StartAsync(certified: true, banks: "sha256");
        var evidence = await CollectAsync(node, s => s with { HostUuid = "a.b-c_1" });
        Assert.Equal(["sha256"], evidence["coffer"]!["quote"]!["banks"]!.AsObject().Select(b => b.Key));

        var without = await CollectAsync(node);
        Assert.False(without["coffer"]!.AsObject().ContainsKey("quote"));
    }

    [Fact]
    public async Task The_event_log_of_a_file_goes_into_the_evidence_and_a_bad_label_does_not()
    {
        await using var node = await TestNode.StartAsync();
        var log = node.Folder.Write("log", [1, 2, 3]);
        var evidence = await CollectAsync(node, s => s with { EventLogPath = log });
        Assert.Equal([1, 2, 3], Bytes(evidence["coffer"]!["event_log"]));

        Assert.Equal(AttestationFault.Malformed, (await Assert.ThrowsAsync<AttestationException>(() => CollectAsync(node, s => s with { HostUuid = "a b" }))).Fault);
        Assert.Equal(AttestationFault.Unavailable, (await Assert.ThrowsAsync<AttestationException>(() => CollectAsync(node, s => s with { EventLogPath = "/nonexistent" }))).Fault);
        node.Folder.Write("log", new byte[Evidence.MachineFacts.MostLogBytes + 1]);
        await Assert.ThrowsAsync<AttestationException>(() => CollectAsync(node, s => s with { EventLogPath = log }));
    }

    [Fact]
    public async Task The_binding_key_is_certified_by_the_attestation_key_and_bound_to_the_present_registers()
    {
        await using var node = await TestNode.StartAsync();
        await node.Tpm.ExtendAsync(7);
        var evidence = await CollectAsync(node);

        var binding = evidence["coffer"]!["binding_key"]!;
        var key = TpmPublic.ParseSized(Bytes(binding["public"]));
        Assert.Equal(TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin | TpmObjectAttributes.Decrypt, key.Attributes);
        Assert.Equal(TpmScheme.Null, key.Scheme);
        var attest = TpmAttest.Parse(Bytes(binding["attest"]));
        Assert.Equal(key.ComputeName(), Assert.IsType<TpmCertified>(attest.Attested).Name.ToArray());
        Assert.Equal(Digest[..32], attest.ExtraData.ToArray());

        var pcrs = binding["pcrs"]!.AsArray().Select(p => (int)p!).ToArray();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15], pcrs);
        TpmPcrSelection[] selection = [new(TpmAlgorithm.Sha256, pcrs)];
        var values = evidence["tpm_quote"]!["pcrs"]!.AsArray().Select((p, i) => (i, Convert.FromHexString((string)p!))).ToDictionary(p => p.i, p => (ReadOnlyMemory<byte>)p.Item2);
        var digest = TpmPcrValues.Digest(TpmAlgorithm.Sha256, selection, [new TpmPcrValues(TpmAlgorithm.Sha256, values)]);
        Assert.Equal(TpmPolicyDigest.OfPcrs(TpmAlgorithm.Sha256, selection, digest), key.AuthPolicy.ToArray());

        var ak = TpmPublic.ParseSized(Bytes(evidence["coffer"]!["ak"]));
        Assert.Equal((TpmObjectAttributes)0x50072, ak.Attributes);
        using var rsa = RSA.Create(((TpmRsaKey)ak.Key).ToParameters());
        var signature = Assert.IsType<TpmRsaSignature>(TpmSignature.Parse(Bytes(binding["signature"])));
        Assert.True(rsa.VerifyData(Bytes(binding["attest"]), signature.Value.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public async Task Public_areas_print_with_tpm2_print_and_have_the_names_that_tpm2_tools_give_them()
    {
        await using var node = await TestNode.StartAsync();
        await CollectAsync(node);
        foreach (var (file, attributes) in (IEnumerable<(string, string)>)[
            ("ak", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign"),
            ("binding", "fixedtpm|fixedparent|sensitivedataorigin|decrypt")])
        {
            var path = Path.Combine("node", $"{file}.pub");
            var printed = (await node.Tpm.RunToolAsync("tpm2_print", "-t", "TPM2B_PUBLIC", path)).ShouldSucceed().Output;
            Assert.Contains($"value: {attributes}\n", printed, StringComparison.Ordinal);
            var name = Convert.ToHexStringLower(TpmPublic.ParseSized(File.ReadAllBytes(node.Folder.Combine(path))).ComputeName());
            Assert.Contains(name, (await node.Tpm.RunToolAsync("tpm2_loadexternal", "-C", "n", "-u", path, "-c", "context")).ShouldSucceed().Output, StringComparison.Ordinal);
            (await node.Tpm.RunToolAsync("tpm2_flushcontext", "-t")).ShouldSucceed();
        }
    }

    [Fact]
    public async Task The_state_changes_with_registers_of_any_bank_and_with_a_reset_but_not_with_what_ima_measures()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        using var attester = node.Attester();
        var seen = new HashSet<string> { await attester.ReadStateAsync(TestNode.Cancel) };
        Assert.Contains(await attester.ReadStateAsync(TestNode.Cancel), seen);
        await node.Tpm.ExtendAsync(10);
        Assert.Contains(await attester.ReadStateAsync(TestNode.Cancel), seen);
        await node.Tpm.ExtendAsync(11);
        Assert.True(seen.Add(await attester.ReadStateAsync(TestNode.Cancel)));
        await node.Tpm.ExtendAsync(4, "sha384");
        Assert.True(seen.Add(await attester.ReadStateAsync(TestNode.Cancel)));
        await node.Tpm.ResetAsync();
        Assert.True(seen.Add(await attester.ReadStateAsync(TestNode.Cancel)));
    }

    private static byte[] Bytes(JsonNode? text) => Convert.FromBase64String((string)text!);

    private static async Task<JsonObject> CollectAsync(TestNode node, Func<TpmSettings, TpmSettings>? change = null)
    {
        using var attester = node.Attester(change);
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        return await attester.CollectAsync(Digest, key, TestNode.Cancel);
    }
}
