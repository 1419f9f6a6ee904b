using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>An approved machine that gets whatever is asked for, to see whether it is there.</summary>
internal sealed class KeyReader(KilledBroker broker, TestAuthority vendor) : IDisposable
{
    /// <summary>A key that every approved machine gets.</summary>
    public const string Released = "default/image-kek/released";

    private const string Policy = """{"name":"approved","resources":["default/**"],"effect":"allow","when":{"host":{"state":"approved"}}}""";

    private readonly FakeMachine _machine = new(broker, vendor);
    private string _token = "";

    public FakeMachine Machine => _machine;

    /// <summary>Its 32 bytes.</summary>
    public static byte[] Key { get; } = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    /// <summary>Prepares a broker for all loads.</summary>
    public static async Task<KeyReader> SetUpAsync(KilledBroker broker, TestAuthority vendor)
    {
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        Assert.InRange((await broker.AdminAsync("PUT", "policies/approved", Policy)).Status, 200, 201);
        var reader = new KeyReader(broker, vendor);
        await reader.JoinAsync();
        (await reader.Machine.SendAsync("POST", $"/kbs/v0/resource/{Released}", body: Key, token: broker.AdminToken)).ShouldBe(200);
        return reader;
    }

    private async Task JoinAsync()
    {
        var host = (string)(await _machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
    }

    /// <summary>Attests anew.</summary>
    public async Task AttestAsync() => _token = await _machine.TokenAsync();

    public async Task<byte[]> ReadAsync(string path) => _machine.Open((await _machine.GetAsync(path, _token)).ShouldBe(200));

    public void Dispose() => _machine.Dispose();
}
