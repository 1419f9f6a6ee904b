using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>Machines that enrol, with and without join tokens, again and with new attestation keys, and an operator who approves, revokes and reinstates them.</summary>
internal sealed class HostLoad(KilledBroker broker, Ledger ledger, TestAuthority vendor, Random random) : ILoad
{
    private const int MostMachines = 30, OldOnesLookedAt = 3;

    private readonly List<Member> _members = [];
    private int _checkedUpTo;
    private Member? _last;

    public async Task StepAsync()
    {
        if (_members.Count == 0 || (_members.Count < MostMachines && random.Next(3) == 0)) _members.Add(new Member(new FakeMachine(broker, vendor)));
        var member = _members[random.Next(Math.Max(0, _members.Count - 5), _members.Count)];
        _last = member;
        if (member.Now.State == "revoked") await ChangeAsync(member, "reinstate", "pending");
        else if (member.Host is null || random.Next(2) == 0) await EnrolAsync(member);
        else if (member.Now.State == "pending") await ChangeAsync(member, "approve", "approved");
        else if (random.Next(3) == 0) await ChangeAsync(member, "revoke", "revoked");
        else await EnrolAsync(member);
    }

    public async Task CheckAsync(bool all)
    {
        var looked = all ? _members : [.. _members.Skip(_checkedUpTo - OldOnesLookedAt), .. _last is { } last ? [last] : Array.Empty<Member>()];
        foreach (var member in looked.Distinct().ToList()) await CheckAsync(member);
        _checkedUpTo = _members.Count;
    }

    public void Dispose()
    {
        foreach (var member in _members) member.Machine.Dispose();
    }

    private async Task EnrolAsync(Member member)
    {
        if (member.Host is not null && random.Next(3) == 0) member.Machine.Tpm.MakeAk();
        string? token = null;
        if (random.Next(3) == 0)
        {
            var made = (await broker.AdminAsync("POST", "join-tokens", """{"ttl":"1h","labels":["joined"]}""")).ShouldBe(201);
            ledger.Acknowledge("join tokens", made.RequestId, "join-token.create");
            (token, member.JoinToken) = ((string)made.Json["token"]!, (string)made.Json["id"]!);
        }
        var ak = member.Machine.Tpm.AkName;
        member.Next = new Standing(token is not null ? "approved" : member.Now.Ak == ak ? member.Now.State : "pending", ak);
        var begun = (await member.Machine.BeginAsync(token)).ShouldBe(201);
        member.Challenge = EnrolmentChallenge.Parse(Encoding.UTF8.GetBytes(begun.Body));
        ledger.Acknowledge("enrolments begun", null, null);
        member.ProofWasSent = true;
        await FinishAsync(member, (await ProveAsync(member)).ShouldBe(200));
    }

    private static Task<Running.BrokerAnswer> ProveAsync(Member member)
    {
        var challenge = member.Challenge!;
        return member.Machine.FinishAsync(challenge, member.Machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret));
    }

    private Task FinishAsync(Member member, Running.BrokerAnswer answer)
    {
        Assert.Equal(member.Next, new Standing((string)answer.Json["state"]!, (string)answer.Json["ak_name"]!));
        member.Host = (string)answer.Json["host"]!;
        member.Settle(member.Next!);
        ledger.Acknowledge("enrolments", answer.RequestId, "host.enrol");
        return Task.CompletedTask;
    }

    private async Task ChangeAsync(Member member, string action, string after)
    {
        member.Next = member.Now with { State = after };
        var answer = (await broker.AdminAsync("POST", $"hosts/{member.Host}/{action}")).ShouldBe(200);
        member.Settle(member.Next);
        ledger.Acknowledge("changes of hosts", answer.RequestId, $"host.{action}");
    }

    private async Task CheckAsync(Member member)
    {
        if (member.Challenge is not null)
        {
            // A credential that was given out is good for one answer, also in the broker's next life.
            var answer = await ProveAsync(member);
            if (answer.Status != 401 || !member.ProofWasSent)
            {
                await FinishAsync(member, answer.ShouldBe(200));
            }
        }
        var found = await FindAsync(member);
        if (found is null)
        {
            Assert.Null(member.Host);
        }
        else
        {
            member.Host = (string)found["id"]!;
            var standing = new Standing((string)found["state"]!, (string)found["ak"]!["name"]!);
            if (standing != member.Now) Assert.Equal(member.Next, standing);
            if (standing.State == "approved") Assert.NotNull(found["baseline"]);
        }
        await CheckTokenAsync(member, found);
        if (found is not null) member.Settle(new Standing((string)found["state"]!, (string)found["ak"]!["name"]!));
        else member.Settle(Standing.None);
    }

    // A join token is spent exactly where it approved somebody.
    private async Task CheckTokenAsync(Member member, JsonNode? found)
    {
        if (member.JoinToken is not { } token || member.Next == member.Now) return;
        var isListed = (await broker.AdminAsync("GET", "join-tokens")).ShouldBe(200).Json.AsArray().Any(t => (string?)t!["id"] == token);
        var isSpent = found is not null && (string?)found["state"] == "approved" && found["labels"]!.AsArray().Any(l => (string?)l == "joined") && (string?)found["ak"]!["name"] == member.Machine.Tpm.AkName;
        if (member.Next is null || member.Next.State != "approved") return;
        Assert.Equal(!isSpent, isListed);
    }

    private async Task<JsonNode?> FindAsync(Member member)
    {
        if (member.Host is { } id) return (await broker.AdminAsync("GET", $"hosts/{id}")).ShouldBe(200).Json;
        var hosts = (await broker.AdminAsync("GET", "hosts?most=1000")).ShouldBe(200).Json;
        return (hosts as JsonArray ?? hosts["hosts"]!.AsArray()).SingleOrDefault(h => (string?)h!["ak"]!["name"] == member.Machine.Tpm.AkName);
    }

    /// <summary>How a host stands.</summary>
    private sealed record Standing(string State, string Ak)
    {
        public static Standing None { get; } = new("pending", "");
    }

    private sealed class Member(FakeMachine machine)
    {
        public FakeMachine Machine { get; } = machine;

        public string? Host { get; set; }

        /// <summary>As last acknowledged.</summary>
        public Standing Now { get; private set; } = Standing.None;

        /// <summary>What a request that is under way makes of it.</summary>
        public Standing? Next { get; set; }

        public EnrolmentChallenge? Challenge { get; set; }

        public bool ProofWasSent { get; set; }

        public string? JoinToken { get; set; }

        public void Settle(Standing standing) => (Now, Next, Challenge, ProofWasSent, JoinToken) = (standing, null, null, false, null);
    }
}
