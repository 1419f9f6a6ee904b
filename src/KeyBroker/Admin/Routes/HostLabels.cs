using Coffer.KeyBroker.Hosts;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Labels as bodies give them.</summary>
internal static class HostLabels
{
    public const string Member = "labels";

    private const int Most = 64;

    public static RouteMember Described(bool isRequired) => new(Member, "strings", "NAME=VALUE, or NAME alone for the value true, such as zone=eu-1; policies may ask for them.", isRequired);

    /// <summary>The labels; empty where there are none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>.</exception>
    public static IReadOnlyList<string> Read(AdminBody body) => Checked(body.Texts(Member, Most, HostLabel.MostCharacters));

    /// <summary>The labels, once they are looked at.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>.</exception>
    public static IReadOnlyList<string> Checked(IReadOnlyList<string> labels)
    {
        if (labels.Count > Most) throw new BrokerException(BrokerFault.BadRequest, $"there are {labels.Count} labels, more than the {Most} allowed");
        if (labels.FirstOrDefault(l => !HostLabel.IsOne(l)) is { } wrong) throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(wrong, 64)}' is no label", "NAME=VALUE or NAME, the name of letters, digits and -_./");
        if (labels.DistinctBy(HostLabel.NameOf).Count() != labels.Count) throw new BrokerException(BrokerFault.BadRequest, "a label's name stands twice");
        return labels;
    }
}
