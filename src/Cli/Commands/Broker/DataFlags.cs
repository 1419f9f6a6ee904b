using System.CommandLine;
using Coffer.KeyBroker;

namespace Coffer.Cli.Commands.Broker;

/// <summary>The flags of verbs that work on a broker's data folder.</summary>
internal sealed class DataFlags
{
    private readonly Option<string> _data = new("--data") { Description = "the broker's data folder, with its store, ca.pem and admin-token", HelpName = "DIR", Required = true };
    private readonly Option<string?> _rootKey = new("--root-key") { Description = "where the root key is: FILE (32 bytes or base64 of them, 0600), tpm:FILE[,pcrs=4+7+11][,device=DEVICE] or pkcs11:FILE,key=KEYFILE (default: a file inside the data folder)", HelpName = "PLACE" };
    private readonly Option<string?> _other = new("--other-root-key") { Description = "another root key, tried where the first is not the store's: while it is being changed, the other one of the two", HelpName = "PLACE" };
    private readonly Option<string?> _store = new("--store") { Description = "PostgreSQL database that several brokers may share (default: a file in the data folder); its password comes from PGPASSFILE, ~/.pgpass or PGPASSWORD", HelpName = "postgres://USER@HOST/DATABASE" };
    private readonly Option<string?> _storeFile = new("--store-file") { Description = "file with that address, 0600, which may hold the password as well: postgres://USER:PASSWORD@HOST/DATABASE", HelpName = "FILE" };
    private readonly Option<bool> _insecureStore = new("--insecure-store-connection") { Description = "allow an sslmode below verify-full to a PostgreSQL server on another machine" };

    public DataFlags(Command command)
    {
        foreach (var option in (Option[])[_data, _rootKey, _other, _store, _storeFile, _insecureStore]) command.Add(option);
    }

    public BrokerSettings Read(ParseResult parsed) => new()
    {
        DataFolder = parsed.GetRequiredValue(_data),
        RootKeyFile = parsed.GetValue(_rootKey),
        OtherRootKey = parsed.GetValue(_other),
        Store = parsed.GetValue(_store),
        StoreFile = parsed.GetValue(_storeFile),
        InsecureStoreConnection = parsed.GetValue(_insecureStore),
    };
}
