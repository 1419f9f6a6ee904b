using System.Buffers.Text;
using System.Text;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Attestation.Sample;

namespace Coffer.Attestation.Tests.Protocol.Client;

/// <summary>A broker of the KBS protocol that releases one resource to whoever attests, and does otherwise where a test asks.</summary>
internal sealed class FakeBroker
{
    private static readonly SampleVerifier Verifier = new();
    private string _nonce = "";
    private TeePublicKey? _key;

    public int Attestations { get; private set; }

    public long LifetimeSeconds { get; set; } = 300;

    /// <summary>Answers the next requests for resources in place of the broker.</summary>
    public Queue<Reply> NextResources { get; } = new();

    public Reply? OnAttest { get; set; }

    public Action? BeforeAttest { get; set; }

    public Reply Answer(Received request) => request.Path switch
    {
        "/kbs/v0/auth" => Auth(request),
        "/kbs/v0/attest" => OnAttest ?? Attest(request),
        "/kbs/v0/resource/a/b/c" => NextResources.TryDequeue(out var reply) ? reply : Resource(request),
        _ => Error(404, "PluginInternalError", "no such resource"),
    };

    public static Reply Error(int status, string kind, string detail, params string[] headers) => new(status, new KbsError(kind, detail).ToJson(), headers);

    private Reply Auth(Received request)
    {
        BeforeAttest?.Invoke();
        Assert.Equal(new KbsRequest("0.4.0", "sample"), KbsRequest.Parse(request.Body));
        var challenge = KbsChallenge.Create();
        _nonce = challenge.Nonce;
        return new Reply(200, challenge.ToJson(), "Set-Cookie: kbs-session-id=0123abcd; Expires=Wed, 21 Oct 2065 07:28:00 GMT");
    }

    private Reply Attest(Received request)
    {
        Assert.Equal("kbs-session-id=0123abcd", request.Headers["Cookie"]);
        var attestation = KbsAttestation.Parse(request.Body, KbsVersion.V040);
        Assert.Equal(_nonce, attestation.Nonce);
        Verifier.Verify(attestation.Evidence, ReportData.Compute(KbsVersion.V040, _nonce, attestation.Key), attestation.Key);
        _key = attestation.Key;
        Attestations++;
        return new Reply(200, new KbsToken(Token()).ToJson());
    }

    private Reply Resource(Received request)
    {
        var isOurs = request.Headers.TryGetValue("Authorization", out var bearer) ? bearer == "Bearer " + Token() : request.Headers.GetValueOrDefault("Cookie") == "kbs-session-id=0123abcd";
        return isOurs ? new Reply(200, SealedResponse.Seal("the secret"u8, _key!)) : Error(401, "TokenVerifierError", "bad token");
    }

    private string Token() => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"iat":1000,"exp":{{1000 + LifetimeSeconds}},"n":{{Attestations}}}"""))}.AAAA";
}
