using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>An owner who wraps, under new keys and under a few named ones.</summary>
internal sealed class OwnerLoad(KilledBroker broker, Ledger ledger, KeyReader reader, Random random) : ILoad
{
    private const int OldOnesLookedAt = 5, Names = 20;

    private readonly List<(JsonNode Packet, byte[] Options)> _fresh = [];
    private readonly List<(JsonNode Packet, byte[] Options)> _old = [];
    private string? _token;

    public async Task StepAsync()
    {
        _token ??= await MakeTokenAsync();
        var options = RandomNumberGenerator.GetBytes(random.Next(1, 400));
        var body = new JsonObject { ["options"] = Convert.ToBase64String(options) };
        if (random.Next(2) == 0) body["keyid"] = $"kbs:///default/image-kek/named-{random.Next(Names)}";
        var answer = (await broker.SendAsync("POST", "wrap", _token, body.ToJsonString())).ShouldBe(200);
        _fresh.Add((answer.Json, options));
        ledger.Acknowledge("wraps", answer.RequestId, "key.wrap");
    }

    public async Task CheckAsync(bool all)
    {
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var old = all ? _old : [.. Enumerable.Range(0, Math.Min(OldOnesLookedAt, _old.Count)).Select(_ => _old[random.Next(_old.Count)])];
        foreach (var (packet, options) in _fresh.Concat(old))
        {
            var path = ((string)packet["kid"]!)["kbs:///".Length..];
            if (!keys.TryGetValue(path, out var key)) keys[path] = key = await reader.ReadAsync(path);
            Assert.Equal(options, Unwrap(key, packet));
        }
        _old.AddRange(_fresh);
        _fresh.Clear();
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private async Task<string> MakeTokenAsync()
    {
        var made = (await broker.AdminAsync("POST", "tokens", """{"can":["wrap"],"paths":["default/**"],"ttl":"24h"}""")).ShouldBe(201);
        ledger.Acknowledge("access tokens", made.RequestId, "token.create");
        return (string)made.Json["token"]!;
    }

    private static byte[] Unwrap(byte[] key, JsonNode packet)
    {
        var wrapped = Convert.FromBase64String((string)packet["wrapped_data"]!);
        var options = new byte[wrapped.Length - 16];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(Convert.FromBase64String((string)packet["iv"]!), wrapped.AsSpan(0, options.Length), wrapped.AsSpan(options.Length), options);
        return options;
    }
}
