using Coffer.Attestation.Protocol.Enrolment;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>The two steps of enrolment. No credential goes with them: what the machine's TPM can do is the credential.</summary>
/// <param name="http">The broker; stays the caller's to dispose.</param>
public sealed class EnrolmentClient(BrokerHttp http)
{
    private const string Front = "api/v1/enroll";

    /// <summary>Asks for a challenge.</summary>
    /// <exception cref="BrokerRefusedException">The broker refused.</exception>
    /// <exception cref="AttestationException">As of <see cref="BrokerHttp.SendAsync"/>; <see cref="AttestationFault.Malformed"/>: the answer.</exception>
    public async Task<EnrolmentChallenge> StartAsync(EnrolmentRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return EnrolmentChallenge.Parse(await PostAsync(Front, request.ToJson(), EnrolmentChallenge.MostBytes, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Answers it.</summary>
    /// <param name="enrolment">The id in the challenge.</param>
    /// <param name="proof">The secret and the quote.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerRefusedException">The broker refused.</exception>
    /// <exception cref="AttestationException">As of <see cref="BrokerHttp.SendAsync"/>; <see cref="AttestationFault.Malformed"/>: the answer.</exception>
    public async Task<EnrolmentResult> ProveAsync(string enrolment, EnrolmentProof proof, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return EnrolmentResult.Parse(await PostAsync($"{Front}/{Uri.EscapeDataString(enrolment)}", proof.ToJson(), EnrolmentResult.MostBytes, cancellationToken).ConfigureAwait(false));
    }

    private async Task<byte[]> PostAsync(string path, byte[] body, int most, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(new BrokerRequest(HttpMethod.Post, path, most) { Body = body }, cancellationToken).ConfigureAwait(false);
        return answer.Succeeded ? answer.Body : throw Refusals.OfApi(answer, "this machine's enrolment");
    }
}
