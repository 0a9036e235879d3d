using System.Globalization;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Where the hosts outside listen; told to the program inside as one word.</summary>
/// <param name="Raw">A host that takes any bytes.</param>
/// <param name="Secure">A host with https, whom a rule of methods and paths has looked into.</param>
/// <param name="Stranger">A host with https whose certificate nobody here vouches for.</param>
/// <param name="Misnamed">A host with https whose certificate is for another name.</param>
internal sealed record Ground(int Raw, int Secure, int Stranger, int Misnamed)
{
    /// <summary>The word.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Raw},{Secure},{Stranger},{Misnamed}");

    /// <summary>Reads the word.</summary>
    public static Ground Parse(string text)
    {
        int[] ports = [.. text.Split(',').Select(p => int.Parse(p, CultureInfo.InvariantCulture))];
        return new Ground(ports[0], ports[1], ports[2], ports[3]);
    }
}
