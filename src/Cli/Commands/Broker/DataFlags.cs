using System.CommandLine;
using Coffer.KeyBroker;

namespace Coffer.Cli.Commands.Broker;

/// <summary>The flags of verbs that work on a broker's data folder.</summary>
internal sealed class DataFlags
{
    private readonly Option<string> _data = new("--data") { Description = "the broker's data folder, with its store, ca.pem and admin-token", HelpName = "DIR", Required = true };
    private readonly Option<string?> _rootKey = new("--root-key") { Description = "file with the root key, 32 bytes or base64 of them, 0600 (default: one inside the data folder)", HelpName = "FILE" };

    public DataFlags(Command command)
    {
        command.Add(_data);
        command.Add(_rootKey);
    }

    public BrokerSettings Read(ParseResult parsed) => new() { DataFolder = parsed.GetRequiredValue(_data), RootKeyFile = parsed.GetValue(_rootKey) };
}
