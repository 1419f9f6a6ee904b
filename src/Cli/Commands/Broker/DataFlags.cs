using System.CommandLine;
using Coffer.KeyBroker;

namespace Coffer.Cli.Commands.Broker;

/// <summary>The flags of verbs that work on a broker's data folder.</summary>
internal sealed class DataFlags
{
    private readonly Option<string> _data = new("--data") { Description = "the broker's data folder, with its store, ca.pem and admin-token", HelpName = "DIR", Required = true };
    private readonly Option<string?> _rootKey = new("--root-key") { Description = "where the root key is: FILE (32 bytes or base64 of them, 0600), tpm:FILE[,pcrs=4+7+11][,device=DEVICE] or pkcs11:FILE,key=KEYFILE (default: a file inside the data folder)", HelpName = "PLACE" };

    public DataFlags(Command command)
    {
        command.Add(_data);
        command.Add(_rootKey);
    }

    public BrokerSettings Read(ParseResult parsed) => new() { DataFolder = parsed.GetRequiredValue(_data), RootKeyFile = parsed.GetValue(_rootKey) };
}
