using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>An approved machine that gets whatever is asked for, to see whether it is there.</summary>
internal sealed class KeyReader(KilledBroker broker, TestAuthority vendor) : IDisposable
{
    private readonly FakeMachine _machine = new(broker, vendor);
    private string _token = "";

    public FakeMachine Machine => _machine;

    public async Task JoinAsync()
    {
        var host = (string)(await _machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
    }

    /// <summary>Attests anew.</summary>
    public async Task AttestAsync() => _token = await _machine.TokenAsync();

    public async Task<byte[]> ReadAsync(string path) => _machine.Open((await _machine.GetAsync(path, _token)).ShouldBe(200));

    public void Dispose() => _machine.Dispose();
}
