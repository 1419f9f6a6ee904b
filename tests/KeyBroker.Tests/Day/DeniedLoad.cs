using Coffer.KeyBroker.Tests.Killed;
using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Day;

/// <summary>A machine whom a policy that comes and goes denies a key: what was said last counts at whoever is asked, at once.</summary>
internal sealed class DeniedLoad(KilledBroker broker, Ledger ledger, KeyReader reader, Random random) : ILoad
{
    private const string Path = "default/closed/one", Name = "policies/closed-at-times";
    private const string Closed = """{"name":"closed-at-times","resources":["default/closed/*"],"effect":"deny"}""";
    private static readonly byte[] Secret = [1, 2, 3];

    private bool _isPut, _isClosed;

    public async Task StepAsync()
    {
        if (!_isPut) await PutAsync();
        else if (random.Next(4) == 0) await TurnAsync();
        else await GetAsync();
    }

    // An order that was under way stands or does not.
    public async Task CheckAsync(bool all)
    {
        _isClosed = (await broker.AdminAsync("GET", Name)).Status == 200;
        if (_isPut) await GetAsync();
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private async Task PutAsync()
    {
        var put = (await reader.Machine.SendAsync("POST", $"/kbs/v0/resource/{Path}", body: Secret, token: broker.AdminToken)).ShouldBe(200);
        _isPut = true;
        ledger.Acknowledge("resources", put.RequestId, "resource.put");
    }

    private async Task TurnAsync()
    {
        var turned = _isClosed ? (await broker.AdminAsync("DELETE", Name)).ShouldBe(204) : await broker.AdminAsync("PUT", Name, Closed);
        if (!_isClosed && turned.Status is not (200 or 201)) turned.ShouldBe(200);
        _isClosed = !_isClosed;
        ledger.Acknowledge("changes of policies", turned.RequestId, _isClosed ? "policy.put" : "policy.delete");
    }

    private async Task GetAsync()
    {
        var answer = await reader.Machine.GetAsync(Path, await reader.Machine.TokenAsync());
        if (_isClosed)
        {
            answer.ShouldBe(403);
            ledger.Count("denials");
            return;
        }
        Assert.Equal(Secret, reader.Machine.Open(answer.ShouldBe(200)));
        ledger.Acknowledge("releases", answer.RequestId, "resource.release");
    }
}
