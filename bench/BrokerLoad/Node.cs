using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Machines;

namespace Coffer.Bench.Broker;

/// <summary>A simulated machine. For one request at a time.</summary>
/// <param name="bindingKey">Made for another TPM of the same PCR values; making one for each would take longer than the load.</param>
internal sealed class Node(RsaPair bindingKey) : IDisposable
{
    private static readonly byte[] Request = """{"version":"0.4.0","tee":"tpm","extra-params":""}"""u8.ToArray();

    private readonly FakeTpm _tpm = new(ecdsa: true);
    private FakeBindingKey? _bindingKey;

    /// <summary>Enrols with a certificate of the vendor, and returns the host's id.</summary>
    public async Task<string> EnrolAsync(Connection connection, TestAuthority vendor, string name)
    {
        var begun = await connection.SendAsync(HttpMethod.Post, "/api/v1/enroll", NodeMessages.Enrolment(_tpm, vendor.Certify(_tpm.EkPublicKey), null, name));
        var challenge = EnrolmentChallenge.Parse(begun.Body);
        var secret = _tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret);
        var proven = await connection.SendAsync(HttpMethod.Post, $"/api/v1/enroll/{challenge.Enrolment}", NodeMessages.Proof(_tpm, challenge, secret));
        return (string)JsonNode.Parse(proven.Body)!["host"]!;
    }

    /// <summary>A session that is left open.</summary>
    public static Task OpenAsync(Connection connection) => connection.SendAsync(HttpMethod.Post, "/kbs/v0/auth", Request);

    /// <summary>A whole attestation, and the token it gave.</summary>
    public async Task<string> AttestAsync(Connection connection)
    {
        _bindingKey ??= bindingKey.For(_tpm);
        var (challenge, cookie) = await connection.SendAsync(HttpMethod.Post, "/kbs/v0/auth", Request);
        var evidence = NodeMessages.Attestation(_tpm, _bindingKey, (string)JsonNode.Parse(challenge)!["nonce"]!);
        var (answer, _) = await connection.SendAsync(HttpMethod.Post, "/kbs/v0/attest", evidence, cookie: cookie);
        return (string)JsonNode.Parse(answer)!["token"]!;
    }

    /// <summary>A resource, sealed to the binding key.</summary>
    public static async Task<byte[]> FetchAsync(Connection connection, string token, string path) =>
        (await connection.SendAsync(HttpMethod.Get, $"/kbs/v0/resource/{path}", token: token)).Body;

    public byte[] Open(byte[] answer) => NodeMessages.Open(_bindingKey!, answer);

    public void Dispose()
    {
        _bindingKey?.Dispose();
        _tpm.Dispose();
    }
}
