namespace Coffer.Registry.Remote;

/// <summary>A place that an image is really read from or written to, after registries.conf had its say.</summary>
/// <param name="Reference">The name there.</param>
/// <param name="Insecure">What registries.conf says; the command line may overrule it.</param>
/// <param name="IsNamed">True for the registry that the user named, false for a mirror of it.</param>
internal sealed record RemoteLocation(ImageReference Reference, bool Insecure, bool IsNamed);
