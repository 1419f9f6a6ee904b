using System.CommandLine;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Policies;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy check</c>.</summary>
internal sealed class PolicyCheckCommand : Verb
{
    private const int MostBytes = 1024 * 1024; // the policy's own bound is closer
    private readonly Argument<string> _file = new("FILE") { Description = "the policy, JSON; - for standard input" };

    public PolicyCheckCommand(Session session)
        : base("check", "Say everything that is wrong with a policy, as putting it would, or print 'ok'. Asks no broker.", "coffer broker policy check node-policy.json")
    {
        Add(_file);
        SetAction(async (parsed, cancellationToken) =>
        {
            PolicyReader.Read(await InputFile.ReadAsync(parsed.GetRequiredValue(_file), session, MostBytes, cancellationToken).ConfigureAwait(false));
            session.Output.WriteLine("ok");
            return (int)ExitStatus.Done;
        });
    }
}
