namespace Coffer.Registry;

/// <summary>How registries are reached; the transports on files need none of it.</summary>
public sealed record RegistryOptions;
