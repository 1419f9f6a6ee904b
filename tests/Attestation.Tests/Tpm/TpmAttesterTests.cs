using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Jose;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class TpmAttesterTests
{
    [Fact]
    public async Task A_node_attests_and_opens_what_is_sealed_to_its_binding_key()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        var evidence = await attester.CollectAsync(RandomNumberGenerator.GetBytes(48), key, TestNode.Cancel);
        Assert.Equal(24, evidence["tpm_quote"]!["pcrs"]!.AsArray().Count);
        Assert.Equal("", await node.LeftoversAsync());
    }
}
