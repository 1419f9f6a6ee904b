using Coffer.Support;
using k8s;
using k8s.Models;

namespace Coffer.Interop.Packaging;

/// <summary>Kubernetes manifests, read strictly into the types of Kubernetes' own API description.</summary>
internal static class Manifest
{
    private static readonly Dictionary<string, Type> Kinds = new()
    {
        ["v1/Namespace"] = typeof(V1Namespace),
        ["v1/ServiceAccount"] = typeof(V1ServiceAccount),
        ["v1/Service"] = typeof(V1Service),
        ["v1/ConfigMap"] = typeof(V1ConfigMap),
        ["networking.k8s.io/v1/NetworkPolicy"] = typeof(V1NetworkPolicy),
        ["policy/v1/PodDisruptionBudget"] = typeof(V1PodDisruptionBudget),
        ["apps/v1/DaemonSet"] = typeof(V1DaemonSet),
        ["apps/v1/Deployment"] = typeof(V1Deployment),
        ["apps/v1/StatefulSet"] = typeof(V1StatefulSet),
    };

    /// <summary>The documents of a file; a field that the API does not have is an error.</summary>
    public static IEnumerable<IKubernetesObject<V1ObjectMeta>> Read(string yaml) => yaml.Split("\n---\n").Select(document =>
    {
        var kind = KubernetesYaml.Deserialize<Kind>(document);
        var name = $"{kind.ApiVersion}/{kind.Name}";
        return KubernetesYaml.LoadAllFromString(document, new Dictionary<string, Type> { [name] = Kinds[name] }, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>().Single();
    });

    /// <summary>What kubectl makes of a folder with a kustomization; skips where there is no kubectl.</summary>
    public static async Task<string> BuildAsync(string folder)
    {
        if (Peers.Find("kubectl") is not { } kubectl)
        {
            Assert.Skip("kubectl is not installed; Debian 12 has none that knows kustomize");
            return "";
        }
        return (await Tool.RunAsync(kubectl, "kustomize", folder)).ShouldSucceed().Output;
    }

    private sealed class Kind
    {
        public string ApiVersion { get; set; } = "";

        [YamlDotNet.Serialization.YamlMember(Alias = "kind")]
        public string Name { get; set; } = "";
    }
}
