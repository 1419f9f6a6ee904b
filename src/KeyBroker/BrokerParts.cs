using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Audit.Checkpoints;
using Coffer.KeyBroker.Limits;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Telemetry;
using Coffer.Service.Logs;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker;

/// <summary>What the routes and fronts of one broker work with. Whoever makes it disposes what it holds.</summary>
/// <param name="Store">Everything that is kept.</param>
/// <param name="RootKey">Protects what the store must not show.</param>
/// <param name="Sealer">Seals records under it.</param>
/// <param name="Audit">Where every change and decision is put down first.</param>
/// <param name="Time">The clock.</param>
internal sealed record BrokerParts(IBrokerStore Store, IRootKey RootKey, RecordSealer Sealer, IAuditLog Audit, TimeProvider Time)
{
    private CallerCheck? _callers;
    private RateLimits? _limits;

    /// <summary>How the broker was set up.</summary>
    public BrokerSettings Settings { get; init; } = new();

    /// <summary>Counts what is done; null where nobody looks.</summary>
    public BrokerMeter? Meter { get; init; }

    /// <summary>Gets a line for every request; null for none.</summary>
    public LogWriter? Log { get; init; }

    /// <summary>Puts down what anybody can cause without a credential, and not more of it than fits.</summary>
    public FloodGate Floods { get; } = new(Audit, Time);

    /// <summary>Signed statements of where the audit ends.</summary>
    public AuditCheckpoints Checkpoints { get; } = new(Store, RootKey, Sealer, Audit, Time);

    /// <summary>The keys that sign attestation tokens.</summary>
    internal TokenKeys TokenKeys { get; } = new(Store, new TokenKeyRecords(Sealer), Audit, Time);

    /// <summary>The credentials of the administration API.</summary>
    internal AccessTokens AccessTokens { get; } = new(Time);

    /// <summary>How often may be asked.</summary>
    internal RateLimits Limits => _limits ??= new RateLimits(Settings.Rules, Time);

    /// <summary>Finds out who calls.</summary>
    internal CallerCheck Callers => _callers ??= new CallerCheck(Store, AccessTokens, Identities, Limits, new BootstrapEnd(Store, Audit, Time));

    /// <summary>Those who are let in beside the holders of the broker's own tokens.</summary>
    internal AccessIdentities Identities { get; } = new(Time);
}
