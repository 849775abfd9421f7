using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using OptOut.Functions;
using OptOut.Fuzz;
using OptOut.Fuzz.Targets.Http;
using OptOut.Fuzz.Targets.Lists;
using OptOut.Fuzz.Targets.Webhooks;
using OptOut.Vendors;

namespace OptOut.Tests.Fuzz;

/// <summary>Nothing that meets the outside is without a fuzz target.</summary>
public sealed class FuzzInventoryTests
{
    // Vendors that give out no list over HTTP: files, or nothing.
    private static readonly string[] WithoutPull = ["PrintHouseVendor", "RegisterVendor", "TwilioVendor"];

    [Fact]
    public void Every_http_function_has_a_target()
    {
        var functions = typeof(UnsubscribeFunctions).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetParameters().Any(p => p.IsDefined(typeof(HttpTriggerAttribute), inherit: false)))
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);

        Assert.Equal(functions.Order(StringComparer.Ordinal),
            Targets<RequestTarget>().Select(t => t.Function).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_webhook_has_a_target() =>
        Assert.Equal(Names(Implementations(typeof(IVendorWebhook))), Names(Targets<WebhookTarget>().Select(t => t.Webhook).Distinct()));

    [Fact]
    public void Every_vendor_whose_list_is_read_over_http_has_a_target() => Assert.Equal(
        Names(Implementations(typeof(IVendor)).Where(t => !WithoutPull.Contains(t.Name))),
        Names(Targets<VendorPullTarget>().Select(t => t.VendorType)));

    [Fact]
    public void Every_target_has_a_name_of_its_own_and_seeds()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Seeds");
        string[] names = [.. AllTargets.All.Select(t => t.Name)];
        string[] files = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileNameWithoutExtension(f))];

        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
        Assert.Empty(files.Except(names, StringComparer.Ordinal));
        Assert.Equal(["cursor", "token"], names.Except(files, StringComparer.Ordinal)); // These make their own: they are signed.
    }

    private static IEnumerable<T> Targets<T>() => AllTargets.All.OfType<T>();

    private static IEnumerable<Type> Implementations(Type of) => of.Assembly.GetTypes().Where(t => t.IsAssignableTo(of) && !t.IsAbstract);

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(t => t.Name).Order(StringComparer.Ordinal);
}
