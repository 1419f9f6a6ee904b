namespace Coffer.KeyBroker.Storage;

/// <summary>The collections of records, all of them.</summary>
internal static class Collections
{
    /// <summary>Facts about the store itself, such as which root key it belongs to.</summary>
    public const string Store = "store";

    /// <summary>Audit entries: WRITER/SEQUENCE.</summary>
    public const string Audit = "audit";

    /// <summary>Heads of audit chains: WRITER.</summary>
    public const string AuditHeads = "audit-heads";

    /// <summary>Where entries of a request stand: REQUEST-ID/WRITER/SEQUENCE.</summary>
    public const string AuditRequests = "audit-requests";

    /// <summary>Signed statements of where audit chains ended: NUMBER.</summary>
    public const string AuditCheckpoints = "audit-checkpoints";

    /// <summary>Present versions of policies: NAME.</summary>
    public const string Policies = "policies";

    /// <summary>By which fixed segments of a path policies are found, SEGMENTS//NAME, and a mark that changes with every policy and reference set.</summary>
    public const string PolicyPlaces = "policy-places";

    /// <summary>All versions of policies: NAME/VERSION.</summary>
    public const string PolicyVersions = "policy-versions";

    /// <summary>Claims that decisions were made on, for a time: DAY/SHA-256.</summary>
    public const string DecisionInputs = "decision-inputs";

    /// <summary>Sets of reference values: NAME.</summary>
    public const string References = "references";

    /// <summary>Resources as stores held them before versions, sealed: REPOSITORY/TYPE/TAG. Each is a version 1, and leaves for the two below when it is changed.</summary>
    public const string Resources = "resources";

    /// <summary>What is known of a resource and its versions: REPOSITORY/TYPE/TAG.</summary>
    public const string ResourceHeads = "resource-heads";

    /// <summary>Contents of versions, sealed: REPOSITORY/TYPE/TAG/VERSION.</summary>
    public const string ResourceValues = "resource-values";

    /// <summary>Who deleted a resource, and when: REPOSITORY/TYPE/TAG.</summary>
    public const string ResourceTombstones = "resource-tombstones";

    /// <summary>Credentials for the administration API, hashed: ID.</summary>
    public const string AccessTokens = "access-tokens";

    /// <summary>The broker's own signing keys and certificates, sealed.</summary>
    public const string BrokerKeys = "broker-keys";

    /// <summary>Enrolled machines: ID.</summary>
    public const string Hosts = "hosts";

    /// <summary>Which host has an attestation key: AK NAME.</summary>
    public const string HostsByAk = "hosts-by-ak";

    /// <summary>Which host has an endorsement key: FINGERPRINT.</summary>
    public const string HostsByEk = "hosts-by-ek";

    /// <summary>Which hosts are a namespace's, so that they can be counted: PREFIX/ID.</summary>
    public const string HostsByNamespace = "hosts-by-namespace";

    /// <summary>Which hosts wait for approval, so that they can be counted: ID.</summary>
    public const string HostsPending = "hosts-pending";

    /// <summary>Enrolments that wait for their credential to be activated: ID.</summary>
    public const string Enrolments = "enrolments";

    /// <summary>Tokens that let hosts join, hashed: ID.</summary>
    public const string JoinTokens = "join-tokens";

    /// <summary>Rules by which hosts are approved without an operator: NAME.</summary>
    public const string ApprovalRules = "approval-rules";

    /// <summary>Roots, intermediates, revocation lists and fingerprints that endorsement keys are held to: KIND/FINGERPRINT.</summary>
    public const string Trust = "trust";

    /// <summary>Teams' parts of the paths: PREFIX.</summary>
    public const string Namespaces = "namespaces";

    /// <summary>Whose namespaces are: SHA-256 OF OWNER/PREFIX.</summary>
    public const string NamespaceOwners = "namespace-owners";

    /// <summary>Attestation sessions: ID.</summary>
    public const string Sessions = "sessions";

    /// <summary>What attestation tokens that still live stand for: ID.</summary>
    public const string Attestations = "attestations";

    /// <summary>Processes that serve from the store, while they live: ID.</summary>
    public const string Replicas = "replicas";

    /// <summary>All of them, in ordinal order: what a backup has and an empty store lacks.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AccessTokens, ApprovalRules, Attestations, Audit, AuditCheckpoints, AuditHeads, AuditRequests, BrokerKeys, DecisionInputs, Enrolments, Hosts, HostsByAk, HostsByEk, HostsByNamespace, HostsPending,
        JoinTokens, NamespaceOwners, Namespaces, Policies, PolicyPlaces, PolicyVersions, References, Replicas, ResourceHeads, ResourceTombstones, ResourceValues, Resources, Sessions, Store, Trust,
    ];

    /// <summary>Those that a backup leaves out: put back, they would let what was used be used again.</summary>
    public static IReadOnlyList<string> Passing { get; } = [Attestations, Enrolments, Replicas, Sessions];

    /// <summary>Those whose records are sealed under the root key, and are sealed anew when that changes. Nothing else can be sealed.</summary>
    public static IReadOnlyList<string> Sealed { get; } = [BrokerKeys, ResourceValues, Resources];
}
