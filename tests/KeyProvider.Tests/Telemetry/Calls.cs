using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Daemon;

namespace Coffer.KeyProvider.Tests.Telemetry;

/// <summary>Calls as the daemon tells them.</summary>
internal static class Calls
{
    public static readonly CallPeer Peer = new(12, 1000, 100, null);

    public static FinishedCall Unwrapped(double milliseconds = 1.5, AnswerOrigin origin = AnswerOrigin.Source, string keyId = "coffer-local:///team-a/1") => new(
        new CallTrace { Operation = KeyProviderOperation.KeyUnwrap, Provider = "coffer", KeyId = keyId, Source = "local", Origin = origin }, Peer, TimeSpan.FromMilliseconds(milliseconds));

    public static FinishedCall Failed(FailureReason reason, string message, Exception? fault = null) => new(
        new CallTrace { Operation = KeyProviderOperation.KeyWrap, Provider = "coffer", KeyId = "gone" }, new CallPeer(null, null, null, "192.0.2.7:4711"), TimeSpan.FromMilliseconds(2), reason, message, fault);
}
