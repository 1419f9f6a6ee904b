using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Jose;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Machines;

/// <summary>A machine with a <see cref="FakeTpm"/> that speaks to a broker, one message at a time, so that a test can spoil any.</summary>
internal sealed class FakeMachine : IDisposable
{
    private readonly IReachableBroker _broker;

    public FakeMachine(IReachableBroker broker, TestAuthority? vendor = null)
    {
        _broker = broker;
        BindingKey = new FakeBindingKey(Tpm);
        EkCertificate = vendor?.Certify(Tpm.EkPublicKey);
    }

    public FakeTpm Tpm { get; } = new();

    public FakeBindingKey BindingKey { get; set; }

    public byte[]? EkCertificate { get; set; }

    /// <summary>Whether evidence carries the certified binding key.</summary>
    public bool SendsBindingKey { get; set; } = true;

    /// <summary>Both steps of an enrolment; the last answer.</summary>
    public async Task<BrokerAnswer> EnrolAsync(string? joinToken = null)
    {
        var begun = await BeginAsync(joinToken);
        if (begun.Status != 201) return begun;
        var challenge = EnrolmentChallenge.Parse(Encoding.UTF8.GetBytes(begun.Body));
        return await FinishAsync(challenge, Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret));
    }

    public Task<BrokerAnswer> BeginAsync(string? joinToken = null) => _broker.SendAsync(
        "POST", "enroll", body: Text(NodeMessages.Enrolment(Tpm, EkCertificate, joinToken, "node-1")));

    public Task<BrokerAnswer> FinishAsync(EnrolmentChallenge challenge, byte[] secret) =>
        _broker.SendAsync("POST", $"enroll/{challenge.Enrolment}", body: Text(NodeMessages.Proof(Tpm, challenge, secret)));

    /// <summary>A new session: its cookie and nonce.</summary>
    public async Task<(string Cookie, string Nonce)> AuthAsync(string version = "0.4.0", string tee = "tpm")
    {
        var answer = await SendAsync("POST", "/kbs/v0/auth", body: Encoding.UTF8.GetBytes($$"""{"version":"{{version}}","tee":"{{tee}}","extra-params":""}"""));
        answer.ShouldBe(200);
        return (answer.Cookie!, (string)answer.Json["nonce"]!);
    }

    public byte[] Attestation(string nonce, string? saidNonce = null) => NodeMessages.Attestation(Tpm, BindingKey, nonce, saidNonce, SendsBindingKey);

    public Task<MachineAnswer> AttestAsync(string cookie, byte[] body) => SendAsync("POST", "/kbs/v0/attest", cookie: cookie, body: body);

    /// <summary>A whole handshake; the answer to the attestation.</summary>
    public async Task<MachineAnswer> AttestAsync()
    {
        var (cookie, nonce) = await AuthAsync();
        return await AttestAsync(cookie, Attestation(nonce));
    }

    public async Task<string> TokenAsync() => (string)(await AttestAsync()).ShouldBe(200).Json["token"]!;

    public Task<MachineAnswer> GetAsync(string path, string? token = null, string? cookie = null) => SendAsync("GET", $"/kbs/v0/resource/{path}", cookie, token: token);

    /// <summary>Opens an answer with the key that it is sealed to.</summary>
    public byte[] Open(MachineAnswer answer) => NodeMessages.Open(BindingKey, Encoding.UTF8.GetBytes(answer.Body));

    public async Task<MachineAnswer> SendAsync(string method, string path, string? cookie = null, byte[]? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), _broker.Address + path);
        if (cookie is not null) request.Headers.TryAddWithoutValidation("Cookie", cookie);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await _broker.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var set = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0] : null;
        return new MachineAnswer((int)response.StatusCode, response.Headers.GetValues("X-Request-Id").Single(), set, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        BindingKey.Dispose();
        Tpm.Dispose();
    }

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}

/// <summary>What the protocol's front answered.</summary>
internal sealed record MachineAnswer(int Status, string RequestId, string? Cookie, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public MachineAnswer ShouldBe(int status)
    {
        if (Status != status) Assert.Fail($"expected {status}, got {Status}: {Body}");
        return this;
    }

    /// <summary>A refusal in the protocol's form, with the request's id.</summary>
    public MachineAnswer ShouldBeRefused(int status, string kind)
    {
        ShouldBe(status);
        using var json = JsonDocument.Parse(Body);
        Assert.Equal($"https://github.com/confidential-containers/kbs/errors/{kind}", json.RootElement.GetProperty("type").GetString());
        Assert.EndsWith(RequestId, json.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        return this;
    }
}
