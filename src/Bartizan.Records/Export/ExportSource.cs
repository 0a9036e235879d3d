using System.Reflection;

namespace Bartizan.Records.Export;

/// <summary>What every exported entry says of where it comes from.</summary>
/// <param name="Version">The product's version.</param>
/// <param name="Host">The machine's name.</param>
public sealed record ExportSource(string Version, string Host)
{
    /// <summary>The product's name, wherever a format asks for a vendor, a product, a service or an application.</summary>
    public const string Product = "Bartizan";

    /// <summary>This program on this machine.</summary>
    public static ExportSource Here { get; } =
        new(
            typeof(ExportSource)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion.Split('+')[0],
            Environment.MachineName
        );
}
