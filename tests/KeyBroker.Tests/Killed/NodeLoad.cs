using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>An approved machine that attests and gets a key, over and over, by its token and by its session's cookie.</summary>
internal sealed class NodeLoad(KilledBroker broker, Ledger ledger, TestAuthority vendor, Random random) : ILoad
{
    private const int RequestsOfOneAttestation = 6;

    private readonly FakeMachine _machine = new(broker, vendor);
    private bool _isApproved;
    private (string Cookie, byte[] Body, bool WasSent)? _open; // a session that was acknowledged, and whether its evidence was on the way
    private (string Cookie, byte[] Body, string Token)? _attested;

    public async Task StepAsync()
    {
        if (!_isApproved) await JoinAsync();
        if (_attested is null || random.Next(RequestsOfOneAttestation) == 0) await AttestAsync();
        else await GetAsync("releases");
    }

    public async Task CheckAsync(bool all)
    {
        if (_open is { } open)
        {
            // A session that was given out is good for one attestation, also in the broker's next life.
            var answer = await _machine.AttestAsync(open.Cookie, open.Body);
            if (answer.Status != 401 || !open.WasSent) answer.ShouldBe(200);
            _open = null;
        }
        if (_attested is { } attested)
        {
            (await _machine.AttestAsync(attested.Cookie, attested.Body)).ShouldBe(401);
            await GetAsync("releases by tokens of an earlier life");
        }
    }

    public void Dispose() => _machine.Dispose();

    private async Task JoinAsync()
    {
        var enrolled = (await _machine.EnrolAsync()).ShouldBe(200);
        var host = (string)enrolled.Json["host"]!;
        // The kill may have come between an approval and its answer.
        var state = (string?)(await broker.AdminAsync("GET", $"hosts/{host}")).ShouldBe(200).Json["state"];
        if (state == "pending") (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        _isApproved = true;
    }

    private async Task AttestAsync()
    {
        var (cookie, nonce) = await _machine.AuthAsync();
        var body = _machine.Attestation(nonce);
        _open = (cookie, body, false);
        ledger.Acknowledge("sessions", null, null);
        _open = (cookie, body, true);
        var answer = (await _machine.AttestAsync(cookie, body)).ShouldBe(200);
        (_open, _attested) = (null, (cookie, body, (string)answer.Json["token"]!));
        ledger.Acknowledge("attestations", answer.RequestId, "attest");
    }

    private async Task GetAsync(string what)
    {
        var byToken = random.Next(2) == 0;
        var answer = (await _machine.GetAsync(KeyReader.Released, byToken ? _attested!.Value.Token : null, byToken ? null : _attested!.Value.Cookie)).ShouldBe(200);
        Assert.Equal(KeyReader.Key, _machine.Open(answer));
        ledger.Acknowledge(what, answer.RequestId, "resource.release");
    }
}
