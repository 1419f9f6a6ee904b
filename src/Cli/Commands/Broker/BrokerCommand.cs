using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker</c>: the key broker, and its administration.</summary>
internal sealed class BrokerCommand : Verb
{
    public BrokerCommand(Session session)
        : base(
            "broker", "Run a key broker, which releases keys to machines that prove themselves, and administer it.",
            "coffer broker init --data /var/lib/coffer-broker",
            "coffer broker serve --data /var/lib/coffer-broker --listen 0.0.0.0:8080 --tls-name broker.example",
            "coffer broker host list --broker https://broker.example:8080 --broker-ca ca.pem --token-file admin-token")
    {
        Note = """
            init, serve, root-key, backup, restore and token reset-admin work on the data folder, on the broker's own machine. All others ask a running
            broker: --broker or COFFER_BROKER, --broker-ca or COFFER_BROKER_CA, --token-file or COFFER_TOKEN, or what login got.
            """;
        Add(new InitCommand(session));
        Add(new ServeCommand(session));
        Add(new RootKeyCommand(session));
        Add(new BackupCommand(session));
        Add(new RestoreCommand(session));
        Add(new LoginCommand(session));
        Add(new LogoutCommand(session));
        Add(new TrustCommand(session));
        Add(new HostCommand(session));
        Add(new JoinTokenCommand(session));
        Add(new RuleCommand(session));
        Add(new PolicyCommand(session));
        Add(new ReferenceCommand(session));
        Add(new ResourceCommand(session));
        Add(new KeyCommand(session));
        Add(new TokenCommand(session));
        Add(new NamespaceCommand(session));
        Add(new TokenKeyCommand(session));
        Add(new AuditCommand(session));
        Add(new StatusCommand(session));
    }
}
