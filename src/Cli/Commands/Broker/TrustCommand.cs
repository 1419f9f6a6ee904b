using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker trust</c>: whose TPMs are believed.</summary>
internal sealed class TrustCommand : Verb
{
    public TrustCommand(Session session)
        : base(
            "trust", "Say whose TPMs are believed: manufacturers' roots and intermediates, revocation lists, and single endorsement keys.",
            "coffer broker trust add ek-roots.pem",
            "coffer broker trust list")
    {
        Add(new TrustAddCommand(session));
        Add(new TrustListCommand(session));
        Add(new TrustDeleteCommand(session));
        Add(new TrustAddEkCommand(session));
    }
}
