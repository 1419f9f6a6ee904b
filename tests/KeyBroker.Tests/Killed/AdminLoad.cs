using System.Security.Cryptography;
using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>An administrator who makes and ends access tokens, and puts other bytes in the place of resources.</summary>
internal sealed class AdminLoad(KilledBroker broker, Ledger ledger, KeyReader reader, Random random) : ILoad
{
    private const int Resources = 5;

    private readonly Dictionary<string, string> _live = []; // of access tokens, by id
    private readonly List<string> _ended = [];
    private readonly Dictionary<string, List<byte[]>> _values = []; // what may stand at a path: one value, or two where a put was under way
    private string? _ending;

    public Task StepAsync() => random.Next(4) switch
    {
        0 => MakeTokenAsync(),
        1 when _live.Count > 0 => EndTokenAsync(_live.Keys.ElementAt(random.Next(_live.Count))),
        _ => PutAsync($"default/app/{random.Next(Resources)}"),
    };

    public async Task CheckAsync(bool all)
    {
        foreach (var (id, token) in _live)
        {
            // An empty order to wrap is malformed for whoever may wrap.
            if ((await broker.SendAsync("POST", "wrap", token, "{}")).Status == 401 && id == _ending) _ended.Add(token);
            else (await broker.SendAsync("POST", "wrap", token, "{}")).ShouldBe(400);
        }
        foreach (var token in _ended) (await broker.SendAsync("POST", "wrap", token, "{}")).ShouldBe(401);
        foreach (var id in _live.Where(t => _ended.Contains(t.Value)).Select(t => t.Key).ToList()) _live.Remove(id);
        if (!all && _ended.Count > 5) _ended.RemoveRange(0, _ended.Count - 5);
        _ending = null;
        foreach (var (path, values) in _values)
        {
            // Nothing was acknowledged where only the first put was under way.
            if (values[0].Length == 0 && (await reader.Machine.GetAsync(path, await reader.Machine.TokenAsync())).Status == 404) continue;
            var found = await reader.ReadAsync(path);
            Assert.Contains(found, values);
            values.Clear();
            values.Add(found);
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private async Task MakeTokenAsync()
    {
        var made = (await broker.AdminAsync("POST", "tokens", """{"can":["wrap"],"paths":["default/**"],"ttl":"24h"}""")).ShouldBe(201);
        _live[(string)made.Json["id"]!] = (string)made.Json["token"]!;
        ledger.Acknowledge("access tokens", made.RequestId, "token.create");
    }

    private async Task EndTokenAsync(string id)
    {
        _ending = id;
        var ended = (await broker.AdminAsync("DELETE", $"tokens/{id}")).ShouldBe(204);
        _ended.Add(_live[id]);
        _live.Remove(id);
        _ending = null;
        ledger.Acknowledge("ended access tokens", ended.RequestId, "token.delete");
    }

    private async Task PutAsync(string path)
    {
        var value = RandomNumberGenerator.GetBytes(random.Next(1, 3000));
        if (!_values.TryGetValue(path, out var values)) _values[path] = values = [[]];
        values.Add(value);
        var put = (await reader.Machine.SendAsync("POST", $"/kbs/v0/resource/{path}", body: value, token: broker.AdminToken)).ShouldBe(200);
        values.Clear();
        values.Add(value);
        ledger.Acknowledge("resources", put.RequestId, "resource.put");
    }
}
