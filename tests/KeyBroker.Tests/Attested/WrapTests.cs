using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;

namespace Coffer.KeyBroker.Tests.Attested;

public sealed class WrapTests
{
    private static readonly byte[] Options = "{\"symkey\":\"...\"}"u8.ToArray();

    [Fact]
    public async Task What_an_owner_wraps_opens_with_the_key_that_an_approved_machine_gets()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var owner = await broker.Broker.TokenAsync([Permission.Wrap], ["default/**"], null);

        var answer = (await broker.Broker.SendAsync("POST", "wrap", owner, Body(null))).ShouldBe(200);
        var packet = answer.Json;

        Assert.Equal(["kid", "wrapped_data", "iv", "wrap_type"], packet.AsObject().Select(m => m.Key));
        var kid = (string)packet["kid"]!;
        Assert.StartsWith("kbs:///default/image-kek/", kid, StringComparison.Ordinal);
        Assert.Equal(AuditOutcome.Allowed, broker.Entry(answer.RequestId).Outcome);

        var key = machine.Open((await machine.GetAsync(kid["kbs:///".Length..], await machine.TokenAsync())).ShouldBe(200));
        Assert.Equal(Options, Unwrap(key, packet));
    }

    [Fact]
    public async Task A_named_key_is_made_once_and_used_again()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var owner = await broker.Broker.TokenAsync([Permission.Wrap], ["default/**"], null);
        var body = Body("kbs:///default/image-kek/mine");
        var first = (await broker.Broker.SendAsync("POST", "wrap", owner, body)).ShouldBe(200);
        var second = (await broker.Broker.SendAsync("POST", "wrap", owner, body)).ShouldBe(200);
        Assert.Equal("wrapped under a new key, version 1", broker.Entry(first.RequestId).Reason);
        Assert.Equal("wrapped under version 1", broker.Entry(second.RequestId).Reason);
        Assert.NotEqual((string?)first.Json["iv"], (string?)second.Json["iv"]);
    }

    [Fact]
    public async Task A_token_wraps_only_where_it_reaches_and_reads_nothing()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var owner = await broker.Broker.TokenAsync([Permission.Wrap], ["team-a/**"], null);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body(null))).ShouldBe(403);
        var denied = (await broker.Broker.SendAsync("POST", "wrap", owner, Body("kbs:///default/image-kek/x"))).ShouldBe(403);
        broker.ShouldHaveRefused(denied.RequestId, "does not reach default/image-kek/x");
        Assert.Equal(("key.wrap", owner.Split('_')[1], "default/image-kek/x"), (broker.Entry(denied.RequestId).Action, broker.Entry(denied.RequestId).Actor, broker.Entry(denied.RequestId).Subject));
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body("kbs:///team-a/image-kek/x"))).ShouldBe(200);
        (await broker.Broker.SendAsync("POST", "wrap", body: Body(null))).ShouldBe(401);
        (await machine.GetAsync("team-a/image-kek/x", owner)).ShouldBeRefused(401, "TokenVerifierError");
        (await broker.Broker.SendAsync("GET", "hosts", owner)).ShouldBe(403);
        foreach (var method in (string[])["POST", "DELETE"])
        {
            var refused = (await machine.SendAsync(method, "/kbs/v0/resource/team-a/image-kek/x", body: method == "POST" ? AttestedBroker.Secret : null, token: owner)).ShouldBeRefused(403, "AdminAuthAccess");
            Assert.Equal(("access.denied", owner.Split('_')[1]), (broker.Entry(refused.RequestId).Action, broker.Entry(refused.RequestId).Actor));
        }
    }

    [Fact]
    public async Task Options_and_key_ids_have_their_bounds()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var owner = await broker.Broker.TokenAsync([Permission.Wrap], ["**"], null);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body(null, new byte[32 * 1024]))).ShouldBe(200);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body(null, new byte[(32 * 1024) + 1]))).ShouldBe(400);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body(null, []))).ShouldBe(400);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body("kbs://elsewhere/a/b/c"))).ShouldBe(400);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body("coffer-local:///a/1"))).ShouldBe(400);
        (await broker.Broker.SendAsync("POST", "wrap", owner, """{"options":"AAAA","more":1}""")).ShouldBe(400);
        using var machine = broker.Machine();
        (await machine.SendAsync("POST", "/kbs/v0/resource/default/note/one", body: "short"u8.ToArray(), token: broker.Broker.AdminToken)).ShouldBe(200);
        (await broker.Broker.SendAsync("POST", "wrap", owner, Body("kbs:///default/note/one"))).ShouldBe(400);
    }

    private static string Body(string? keyId, byte[]? options = null) =>
        new JsonObject { ["keyid"] = keyId, ["options"] = Convert.ToBase64String(options ?? Options) }.ToJsonString();

    private static byte[] Unwrap(byte[] key, JsonNode packet)
    {
        var wrapped = Convert.FromBase64String((string)packet["wrapped_data"]!);
        var options = new byte[wrapped.Length - 16];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(Convert.FromBase64String((string)packet["iv"]!), wrapped.AsSpan(0, options.Length), wrapped.AsSpan(options.Length), options);
        return options;
    }
}
