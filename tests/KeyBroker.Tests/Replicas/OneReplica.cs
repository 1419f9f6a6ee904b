using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Replicas;

/// <summary>One of several, always the same.</summary>
internal sealed class OneReplica(ReplicaSet set, int index) : IReachableBroker
{
    public string Address => set.Processes[index].Address;

    public HttpClient Client => set.Client;

    public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);
}
