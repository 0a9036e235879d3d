using System.Globalization;

namespace Bartizan.Gateway.Model;

/// <summary>The tries of one call that came to nothing, for its entry; bounded by the manifest's number of tries.</summary>
internal sealed class TriedCall
{
    private readonly List<string> _failed = [];

    /// <summary>How often the request's body has left.</summary>
    public int Sent { get; set; }

    /// <summary>Notes a try that came to nothing.</summary>
    public void Failed(Uri at, int? status) =>
        _failed.Add($"{status?.ToString(CultureInfo.InvariantCulture) ?? "not reached"} at {at.Authority}");

    /// <summary>What the entry says: the end, and what was tried before.</summary>
    public string Tell(string end) => _failed.Count == 0 ? end : $"{end}; tried before: {string.Join(", ", _failed)}";
}
