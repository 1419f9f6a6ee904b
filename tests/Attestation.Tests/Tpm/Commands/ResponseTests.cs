using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Transport;
using Coffer.Support;
using Xunit;

namespace Coffer.Attestation.Tpm.Commands;

public sealed class ResponseTests
{
    private static readonly LoadedKey Storage = new(TpmHandle.Unnamed(0x80000000), KeyTemplates.Storage);
    private static readonly StoredKey Nothing = new(KeyTemplates.Storage, new byte[8]);

    // One command each, whose response is read to its end.
    private static readonly Func<TpmConnection, Task>[] Commands =
    [
        tpm => tpm.ReadClockAsync(default),
        tpm => tpm.ReadBanksAsync(default),
        tpm => tpm.ReadHandlesAsync(0x81000000, default),
        tpm => tpm.ReadPropertyAsync(0x100, default),
        tpm => tpm.ReadPcrsAsync(new TpmPcrSelection(TpmAlgorithm.Sha256, [0, 1]), default),
        tpm => tpm.CreatePrimaryAsync(TpmHandle.Owner, KeyTemplates.Storage, default),
        tpm => tpm.CreateAsync(Storage, EmptyPassword.Instance, KeyTemplates.Binding(null), default),
        tpm => tpm.LoadAsync(Storage, EmptyPassword.Instance, Nothing.Public, Nothing.Private, default),
        tpm => tpm.ReadPublicAsync(0x80000000, default),
        tpm => tpm.QuoteAsync(Storage, default, [TpmPcrSelection.AllOf(TpmAlgorithm.Sha256)], default),
        tpm => tpm.CertifyAsync(Storage, Storage, default, default),
        tpm => tpm.ReadNvAsync(0x01C00002, default),
    ];

    [Fact]
    public async Task Responses_made_unsound_are_refused()
    {
        var seeds = await RecordAsync();
        Fuzzing.Run("tpm responses", seeds, (input, _) =>
        {
            foreach (var command in Commands)
            {
                try
                {
                    // The channel's own check comes first there too.
                    if (ResponseHeader.Parse(input).Size != input.Length) return;
                    RunAsync(command, input).GetAwaiter().GetResult();
                }
                catch (AttestationException)
                {
                    // Malformed, unsupported, untrusted, or a code that the TPM refuses with.
                }
            }
        }, rounds: 300);
    }

    [Theory]
    [InlineData("8001" + "00000009" + "00000000")]
    [InlineData("8001" + "00010001" + "00000000")]
    [InlineData("8001" + "ffffffff" + "00000000")]
    [InlineData("8002" + "0000000a" + "00000101")]
    [InlineData("8001" + "0000000b" + "00000101")]
    [InlineData("00c4" + "0000000a" + "00000000")]
    [InlineData("4854" + "0000000a" + "00000000")]
    [InlineData("8001")]
    public void A_header_that_is_none_is_refused(string hex) =>
        Assert.Equal(AttestationFault.Malformed, Assert.Throws<AttestationException>(() => ResponseHeader.Parse(Convert.FromHexString(hex))).Fault);

    [Theory]
    [InlineData(1)] // the HMAC
    [InlineData(34)] // the length before it: the attributes, in front of that, are under the HMAC
    [InlineData(36)] // the nonce
    [InlineData(100)] // the encrypted parameter
    public async Task A_response_that_was_changed_on_its_way_is_not_believed(int fromEnd)
    {
        await using var node = await TestNode.StartAsync();
        var keys = new NodeKeys(node.Settings, TimeProvider.System);
        var channel = new TamperingChannel(await SocketChannel.OpenAsync(node.Settings.Address, TimeProvider.System, TestNode.Cancel), TpmCommandCode.RsaDecrypt, fromEnd);
        await using (var tpm = new TpmConnection(channel, node.Settings.Address, TimeProvider.System))
        {
            await Assert.ThrowsAsync<AttestationException>(() => DecryptAsync(tpm, keys));
        }
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task A_decrypted_secret_does_not_travel_in_the_clear()
    {
        await using var node = await TestNode.StartAsync();
        var keys = new NodeKeys(node.Settings, TimeProvider.System);
        using var channel = new RecordingChannel(await SocketChannel.OpenAsync(node.Settings.Address, TimeProvider.System, TestNode.Cancel));
        await using var tpm = new TpmConnection(channel, node.Settings.Address, TimeProvider.System);
        Assert.Equal("sixteen bytes, and some more"u8.ToArray(), await DecryptAsync(tpm, keys));
        Assert.DoesNotContain(channel.Responses, response => response.AsSpan().IndexOf("sixteen"u8) >= 0 || response.AsSpan().IndexOf("some more"u8) >= 0);
    }

    private static async Task<byte[]?> DecryptAsync(TpmConnection tpm, NodeKeys keys)
    {
        var stored = await keys.OpenBindingKeyAsync(tpm, TestNode.Cancel);
        foreach (var handle in await tpm.ReadHandlesAsync(0x80000000, TestNode.Cancel)) await tpm.FlushContextAsync(handle, TestNode.Cancel);
        var parent = await NodeKeys.MakeBindingParentAsync(tpm, TestNode.Cancel);
        var key = await keys.LoadBindingKeyAsync(tpm, parent, stored, TestNode.Cancel);
        var session = await tpm.StartPolicySessionAsync(parent, TestNode.Cancel);
        await tpm.PolicyPcrAsync(session, keys.Bound, TestNode.Cancel);
        using var rsa = RSA.Create(((TpmRsaKey)stored.Public.Key).ToParameters());
        return await tpm.RsaDecryptAsync(key, session, rsa.Encrypt("sixteen bytes, and some more"u8, RSAEncryptionPadding.OaepSHA256), TestNode.Cancel);
    }

    private static async Task RunAsync(Func<TpmConnection, Task> command, byte[] response)
    {
        var tpm = new TpmConnection(new FixedChannel(response), TpmAddress.Parse("/dev/tpm0"), TimeProvider.System);
        await using (tpm)
        {
            await command(tpm);
        }
    }

    private static async Task<List<byte[]>> RecordAsync()
    {
        await using var node = await TestNode.StartAsync(certified: true);
        using var channel = new RecordingChannel(await SocketChannel.OpenAsync(node.Settings.Address, TimeProvider.System, TestNode.Cancel));
        await using var tpm = new TpmConnection(channel, node.Settings.Address, TimeProvider.System);
        var keys = new NodeKeys(node.Settings, TimeProvider.System);
        var ak = await keys.LoadAkAsync(tpm, TestNode.Cancel);
        await tpm.QuoteAsync(ak, new byte[32], [TpmPcrSelection.AllOf(TpmAlgorithm.Sha256)], TestNode.Cancel);
        await tpm.CertifyAsync(ak, ak, new byte[32], TestNode.Cancel);
        await tpm.ReadClockAsync(TestNode.Cancel);
        await tpm.ReadBanksAsync(TestNode.Cancel);
        await tpm.ReadHandlesAsync(0x81000000, TestNode.Cancel);
        await tpm.ReadPublicAsync(ak.Handle.Value, TestNode.Cancel);
        await tpm.ReadPcrsAsync(TpmPcrSelection.AllOf(TpmAlgorithm.Sha256), TestNode.Cancel);
        await tpm.ReadNvAsync(0x01C00002, TestNode.Cancel);
        return channel.Responses;
    }
}
