using System.Globalization;
using System.Net;
using Coffer.Support;
using k8s;
using k8s.Models;

namespace Coffer.Interop.Packaging;

/// <summary>
/// The manifests in <c>deploy/kubernetes</c>. No cluster runs here: they are held to Kubernetes' own types and to each other, and the
/// broker runs with the arguments, the user and the file modes that its pod would have.
/// </summary>
public sealed class BrokerManifestTests : IDisposable
{
    private const string Broker = "coffer-broker";
    private const string Postgres = "coffer-postgres";
    private const int ContainerUser = 65532;

    private static readonly string[] Files = ["namespace.yaml", "broker.yaml", "services.yaml", "network.yaml", "postgres.yaml"];

    private readonly TempDirectory _pod = new();

    private static List<IKubernetesObject<V1ObjectMeta>> Objects { get; } = [.. Files.SelectMany(f => Manifest.Read(File.ReadAllText(Deployed("broker", f))))];

    private static Dictionary<string, V1PodTemplateSpec> Pods { get; } = new()
    {
        [Broker] = Objects.OfType<V1Deployment>().Single().Spec.Template,
        [Postgres] = Objects.OfType<V1StatefulSet>().Single().Spec.Template,
    };

    private static V1Container Container => Pods[Broker].Spec.Containers.Single();

    public static TheoryData<string> PodNames => [Broker, Postgres];

    public void Dispose() => _pod.Dispose();

    [Fact]
    public void Kustomization_names_every_file_and_every_object_is_in_the_namespace()
    {
        var listed = File.ReadAllText(Deployed("broker", "kustomization.yaml"));
        Assert.Equal(Files.Append("kustomization.yaml").Order(), Directory.EnumerateFiles(Deployed("broker")).Select(f => Path.GetFileName(f)).Order());
        Assert.All(Files, f => Assert.Contains($"  - {f}\n", listed, StringComparison.Ordinal));
        Assert.All(Objects.Where(o => o is not V1Namespace), o => Assert.Equal(Objects.OfType<V1Namespace>().Single().Metadata.Name, o.Metadata.NamespaceProperty));
        Assert.Equal("restricted", Objects.OfType<V1Namespace>().Single().Metadata.Labels["pod-security.kubernetes.io/enforce"]);
    }

    [Fact]
    public void Whatever_selects_pods_selects_those_that_are_there()
    {
        var labels = Pods.Values.Select(p => p.Metadata.Labels).ToList();
        var selectors = ((IEnumerable<IDictionary<string, string>>)[
            Objects.OfType<V1Deployment>().Single().Spec.Selector.MatchLabels,
            Objects.OfType<V1StatefulSet>().Single().Spec.Selector.MatchLabels,
            Objects.OfType<V1PodDisruptionBudget>().Single().Spec.Selector.MatchLabels,
            Pods[Broker].Spec.TopologySpreadConstraints.Single().LabelSelector.MatchLabels,
            .. Objects.OfType<V1Service>().Select(s => s.Spec.Selector),
            .. Objects.OfType<V1NetworkPolicy>().Select(p => p.Spec.PodSelector.MatchLabels).OfType<IDictionary<string, string>>(),
            .. Objects.OfType<V1NetworkPolicy>().SelectMany(p => Peers(p.Spec)).Select(p => p.PodSelector?.MatchLabels).OfType<IDictionary<string, string>>(),
        ]).ToList();

        Assert.All(selectors, s => Assert.Contains(labels, l => s.All(p => l.TryGetValue(p.Key, out var value) && value == p.Value)));
        Assert.Contains(Objects.OfType<V1NetworkPolicy>(), p => p.Spec is { Ingress: null, Egress: null, PodSelector.MatchLabels: null, PolicyTypes: ["Ingress", "Egress"] });
        Assert.True(Objects.OfType<V1PodDisruptionBudget>().Single().Spec.MinAvailable.Value == "2" && Objects.OfType<V1Deployment>().Single().Spec.Replicas == 3);
    }

    [Theory]
    [MemberData(nameof(PodNames))]
    public void Pod_has_what_it_refers_to_and_no_more(string name)
    {
        var pod = Pods[name].Spec;
        var container = pod.Containers.Single();
        var claims = Objects.OfType<V1StatefulSet>().Single().Spec.VolumeClaimTemplates.Select(c => c.Metadata.Name);
        Assert.Equal(pod.Volumes.Select(v => v.Name).Concat(name == Postgres ? claims : []).Order(), container.VolumeMounts.Select(m => m.Name).Order());
        Assert.Contains(Objects.OfType<V1ServiceAccount>(), a => a.Metadata.Name == pod.ServiceAccountName && a.AutomountServiceAccountToken == false);

        // The page makes each Secret under its name, and each key that is asked for.
        var page = File.ReadAllText(RepositoryRoot.Combine("deploy", "README.md"));
        var secrets = pod.Volumes.Select(v => v.Secret?.SecretName).Concat((container.Env ?? []).Select(e => e.ValueFrom?.SecretKeyRef?.Name)).OfType<string>();
        Assert.All(secrets, s => Assert.Matches($"kubectl -n coffer-broker create secret (generic|tls) {s} ", page));
    }

    [Theory]
    [MemberData(nameof(PodNames))]
    public void Ports_are_found_by_their_names(string name)
    {
        var ports = Pods[name].Spec.Containers.Single().Ports.ToDictionary(p => p.Name, p => p.ContainerPort);
        var label = Pods[name].Metadata.Labels.Single();
        var services = Objects.OfType<V1Service>().Where(s => s.Spec.Selector.Contains(label)).SelectMany(s => s.Spec.Ports).ToList();
        Assert.All(services, p => Assert.Equal(p.Port, ports[p.TargetPort.Value]));
        Assert.Equal(ports.Keys.Order(), services.Select(p => p.TargetPort.Value).Order());
        var policy = Objects.OfType<V1NetworkPolicy>().Single(p => p.Metadata.Name == name).Spec;
        Assert.Equal(ports.Keys.Order(), policy.Ingress.SelectMany(r => r.Ports).Select(p => p.Port.Value).Order());
    }

    [Theory]
    [MemberData(nameof(PodNames))]
    public void Container_may_do_next_to_nothing(string name)
    {
        var pod = Pods[name].Spec;
        var security = pod.Containers.Single().SecurityContext;
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(security.AllowPrivilegeEscalation);
        Assert.True(security.ReadOnlyRootFilesystem);
        Assert.Equal(["ALL"], security.Capabilities.Drop);
        Assert.Null(security.Capabilities.Add);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(pod.HostNetwork is null && pod.HostPID is null && pod.HostIPC is null && pod.Volumes.All(v => v.HostPath is null));
        Assert.All(pod.Volumes.Where(v => v.Secret is not null), v => Assert.Equal(0b100_100_000, v.Secret.DefaultMode)); // 0440
        Assert.NotEmpty(pod.Containers.Single().Resources.Limits);
    }

    [Fact]
    public async Task Two_replicas_serve_with_the_arguments_of_the_manifest_and_answer_its_probes()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run a pod's user and give it files");
        var cluster = await PostgresCluster.SharedAsync();
        var address = $"postgres://{PostgresCluster.User}:{cluster.Password}@localhost:{cluster.Port.ToString(CultureInfo.InvariantCulture)}/{await cluster.CreateDatabaseAsync()}?sslrootcert=";
        // As the kubelet mounts a Secret for a pod with fsGroup: root's, and readable by the group.
        var secrets = Directory.CreateDirectory(_pod.Combine("etc")).FullName;
        await File.WriteAllTextAsync(Path.Combine(secrets, "store"), address + Path.Combine(secrets, "postgres-ca.pem"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(secrets, "root-key"), Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), TestContext.Current.CancellationToken);
        File.Copy(cluster.CertificateFile, Path.Combine(secrets, "postgres-ca.pem"));
        (await Tool.RunAsync("chown", "-R", $"0:{ContainerUser}", secrets)).ShouldSucceed();
        (await Tool.RunAsync("chmod", "-R", "u=rX,g=rX,o=", secrets)).ShouldSucceed();
        (await Tool.RunAsync("chmod", "755", _pod.Path)).ShouldSucceed();

        await using var first = await ServeAsync("one", secrets);
        await using var second = await ServeAsync("two", secrets);
        Assert.True(Pods[Broker].Spec.SecurityContext is { RunAsUser: ContainerUser, FsGroup: ContainerUser });
        foreach (var replica in (Replica[])[first, second])
        {
            Assert.All((V1Probe[])[Container.StartupProbe, Container.LivenessProbe, Container.ReadinessProbe], p => Assert.True(p.HttpGet is { Scheme: "HTTPS", Port.Value: "https" }));
            foreach (var path in ((V1Probe[])[Container.LivenessProbe, Container.ReadinessProbe]).Select(p => p.HttpGet.Path))
            {
                var answer = await replica.AskAsync("https", path);
                Assert.True(answer is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{path}: {answer}: {replica.Log}");
            }
            var metrics = Objects.OfType<V1Service>().Single(s => s.Metadata.Annotations is not null);
            Assert.Equal(metrics.Metadata.Annotations["prometheus.io/port"], Container.Ports.Single(p => p.Name == "metrics").ContainerPort.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(HttpStatusCode.OK, await replica.AskAsync("http", metrics.Metadata.Annotations["prometheus.io/path"]));
        }
        var name = Container.Args[Container.Args.IndexOf("--tls-name") + 1];
        Assert.Equal($"{Objects.OfType<V1Service>().Single(s => s.Metadata.Annotations is null && s.Metadata.Name == Broker).Metadata.Name}.{Broker}.svc", name);
    }

    [Fact]
    public async Task Kustomize_builds_the_broker()
    {
        var built = Manifest.Read(await Manifest.BuildAsync(Deployed("broker"))).ToList();
        Assert.Equal(Objects.Count, built.Count);
    }

    [Fact]
    public async Task Nodes_ask_this_broker_with_their_own_tpm()
    {
        var objects = Manifest.Read(await Manifest.BuildAsync(Deployed("nodes"))).ToList();
        var pod = objects.OfType<V1DaemonSet>().Single().Spec.Template.Spec;
        var url = $"https://{Broker}.{Broker}.svc:{Objects.OfType<V1Service>().Single(s => s.Metadata.Name == Broker).Spec.Ports.Single().Port.ToString(CultureInfo.InvariantCulture)}";
        var config = Assert.Single(objects.OfType<V1ConfigMap>().Single().Data).Value;
        Assert.Contains($"\"{url}\"", config, StringComparison.Ordinal);
        Assert.Contains(url, pod.InitContainers.Single().Args);
        Assert.Equal(pod.Volumes.Select(v => v.Name).Order(), pod.Containers.Concat(pod.InitContainers).SelectMany(c => c.VolumeMounts).Select(m => m.Name).Distinct().Order());
        Assert.DoesNotContain(pod.Volumes, v => v.Name == "keys");
        Assert.All(pod.Containers.Concat(pod.InitContainers), c => Assert.Null(c.SecurityContext.AllowPrivilegeEscalation)); // false is refused beside privileged
        var page = await File.ReadAllTextAsync(RepositoryRoot.Combine("deploy", "README.md"), TestContext.Current.CancellationToken);
        Assert.Contains($"create configmap {pod.Volumes.Single(v => v.Name == "broker").ConfigMap.Name} ", page, StringComparison.Ordinal);
        Assert.Contains($"create secret generic {pod.Volumes.Single(v => v.Name == "join").Secret.SecretName} ", page, StringComparison.Ordinal);

        // The daemon takes the configuration, and enrolling its flags: it gets as far as the TPM, which is not there.
        const string NoTpm = "swtpm:127.0.0.1:1";
        Directory.CreateDirectory(_pod.Combine("broker"));
        File.Copy((await PostgresCluster.SharedAsync()).CertificateFile, _pod.Combine("broker", "ca.pem"));
        _pod.Write("join/token", "coffer_join");
        var file = _pod.Write("keyprovider.json", InPod(config).Replace("\"attester\": \"tpm\"", $"\"attester\": \"tpm\", \"tpm\": \"{NoTpm}\"", StringComparison.Ordinal));
        (await CofferBinary.RunAsync("keyprovider", "serve", "--config", file, "--socket", _pod.Combine("s"), "--check")).ShouldSucceed();
        var enrolled = (await CofferBinary.RunAsync([.. pod.InitContainers.Single().Args.Select(InPod), "--state", _pod.Combine("state"), "--tpm", NoTpm])).ShouldExit(1);
        Assert.Contains($"the TPM at {NoTpm} cannot be reached", enrolled.Error, StringComparison.Ordinal);
    }

    private string InPod(string text) => text.Replace("/etc/coffer/", $"{_pod.Path}/", StringComparison.Ordinal);

    private static IEnumerable<V1NetworkPolicyPeer> Peers(V1NetworkPolicySpec policy) =>
        (policy.Ingress ?? []).SelectMany(r => r.FromProperty ?? []).Concat((policy.Egress ?? []).SelectMany(r => r.To ?? []));

    private static string Deployed(params string[] parts) => RepositoryRoot.Combine(["deploy", "kubernetes", .. parts]);

    private async Task<Replica> ServeAsync(string name, string secrets)
    {
        var ports = Container.Ports.ToDictionary(p => p.Name, _ => LoopbackPort.Free());
        var volume = Directory.CreateDirectory(_pod.Combine(name)).FullName;
        File.SetUnixFileMode(volume, (UnixFileMode)0b111_111_111); // an emptyDir is open to all
        var arguments = Container.Args.Select(a => Container.Ports.Aggregate(
            a.Replace("/etc/coffer-broker", secrets, StringComparison.Ordinal).Replace("/var/lib/coffer-broker", volume, StringComparison.Ordinal),
            (text, port) => text.Replace($"0.0.0.0:{port.ContainerPort.ToString(CultureInfo.InvariantCulture)}", $"127.0.0.1:{ports[port.Name].ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)));
        return new Replica(await CofferDaemon.StartAsync(ContainerUser, arguments), ports);
    }

    private sealed class Replica(CofferDaemon daemon, Dictionary<string, int> ports) : IAsyncDisposable
    {
        // The kubelet looks at no certificate either.
        private readonly HttpClient _client = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });

        public string Log => daemon.Log;

        public async Task<HttpStatusCode> AskAsync(string scheme, string path)
        {
            using var answer = await _client.GetAsync(new Uri($"{scheme}://127.0.0.1:{ports[scheme == "https" ? "https" : "metrics"].ToString(CultureInfo.InvariantCulture)}{path}"), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await daemon.DisposeAsync();
        }
    }
}
