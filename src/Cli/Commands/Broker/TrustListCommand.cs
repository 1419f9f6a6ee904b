using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker trust list</c>.</summary>
internal sealed class TrustListCommand(Session session) : BrokerListVerb(
    session, "List roots, intermediates, revocation lists and single endorsement keys that are believed.", "trust",
    [Column("KIND", "kind"), Column("SHA256", "sha256"), Column("UNTIL", "until"), ("NAME", item => JsonFacts.Of(item, JsonFacts.Of(item, "kind") == "ek" ? "comment" : "name"))],
    "coffer broker trust list", "coffer broker trust list --json");
