using Coffer.Support;
using k8s;
using k8s.Models;

namespace Coffer.Interop.Packaging;

/// <summary>
/// The Kubernetes manifests. No cluster runs here: they are read, strictly, into the types of Kubernetes' own API description,
/// and held to what the kubelet would do with them.
/// </summary>
public sealed class KubernetesTests
{
    private static List<IKubernetesObject<V1ObjectMeta>> Objects { get; } =
        [.. ((string[])["namespace.yaml", "daemonset.yaml"]).SelectMany(f => Manifest.Read(Samples.Text("kubernetes", f)))];

    private static V1PodSpec Pod => Objects.OfType<V1DaemonSet>().Single().Spec.Template.Spec;

    private static V1Container Container => Pod.Containers.Single();

    [Fact]
    public void Every_field_is_one_of_the_api()
    {
        Assert.Equal(4, Objects.Count);
        Assert.All(Objects, o => Assert.False(string.IsNullOrEmpty(o.Metadata.Name)));
        Assert.All(Objects.Where(o => o is not V1Namespace), o => Assert.Equal("coffer-system", o.Metadata.NamespaceProperty));
    }

    [Fact]
    public void Misspelt_field_would_be_seen() => Assert.ThrowsAny<Exception>(() =>
        Manifest.Read(Samples.Text("kubernetes", "daemonset.yaml").Replace("readOnlyRootFilesystem", "readOnlyRootFileSystem", StringComparison.Ordinal)).ToList());

    [Fact]
    public void Daemonset_selects_its_own_pods_and_the_policy_cuts_them_off()
    {
        var set = Objects.OfType<V1DaemonSet>().Single();
        Assert.Equal(set.Spec.Selector.MatchLabels, set.Spec.Template.Metadata.Labels);
        var policy = Objects.OfType<V1NetworkPolicy>().Single().Spec;
        Assert.Equal(set.Spec.Selector.MatchLabels, policy.PodSelector.MatchLabels);
        Assert.Equal(["Ingress", "Egress"], policy.PolicyTypes);
        Assert.Null(policy.Ingress);
        Assert.Null(policy.Egress);
        Assert.Equal(Objects.OfType<V1ServiceAccount>().Single().Metadata.Name, set.Spec.Template.Spec.ServiceAccountName);
    }

    [Fact]
    public void Container_may_do_nothing_but_answer()
    {
        var security = Container.SecurityContext;
        Assert.False(security.AllowPrivilegeEscalation);
        Assert.False(security.Privileged);
        Assert.True(security.ReadOnlyRootFilesystem);
        Assert.Equal(["ALL"], security.Capabilities.Drop);
        Assert.Null(security.Capabilities.Add);
        Assert.Equal("RuntimeDefault", security.SeccompProfile.Type);
        Assert.False(Pod.AutomountServiceAccountToken);
        Assert.True(Pod.HostNetwork is null && Pod.HostPID is null && Pod.HostIPC is null);
    }

    [Fact]
    public void Keys_are_readable_by_their_owner_alone_and_only_the_socket_folder_is_the_nodes()
    {
        var volumes = Pod.Volumes.ToDictionary(v => v.Name);
        Assert.Equal(Container.VolumeMounts.Select(m => m.Name).Order(), volumes.Keys.Order());
        Assert.Equal(0b100_000_000, volumes["keys"].Secret.DefaultMode); // 0400
        Assert.Equal("/run/coffer", volumes.Values.Single(v => v.HostPath is not null).HostPath.Path);
        Assert.All(Container.VolumeMounts.Where(m => m.Name != "socket"), m => Assert.True(m.ReadOnlyProperty));
    }

    [Fact]
    public void Every_node_is_served_and_the_pod_ends_after_its_calls()
    {
        Assert.Contains(Pod.Tolerations, t => t is { Key: null, OperatorProperty: "Exists" });
        Assert.Equal("system-node-critical", Pod.PriorityClassName);
        Assert.True(Pod.TerminationGracePeriodSeconds > 20); // limits.drainSeconds
        Assert.All((V1Probe[])[Container.StartupProbe, Container.LivenessProbe, Container.ReadinessProbe], p => Assert.Equal("/usr/local/bin/coffer", p.Exec.Command[0]));
    }

    [Fact]
    public async Task Kustomize_puts_them_together()
    {
        var built = await Manifest.BuildAsync(Samples.Path("kubernetes"));
        var config = built.Split("---\n").Single(d => d.Contains("kind: ConfigMap", StringComparison.Ordinal));
        var map = KubernetesYaml.Deserialize<V1ConfigMap>(config, strict: true);
        Assert.Equal(Samples.Text("kubernetes", "keyprovider.json"), map.Data["keyprovider.json"]);
        Assert.Contains($"name: {map.Metadata.Name}\n", built.Replace(config, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
