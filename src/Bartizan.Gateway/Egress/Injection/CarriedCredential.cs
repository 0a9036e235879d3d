using System.Text;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A credential in a request that is under way, until its answer has ended.</summary>
internal sealed class CarriedCredential(
    string name,
    ILease lease,
    OutgoingRequest request,
    ISecretSearch search,
    Func<bool> echoed
) : IDisposable
{
    private bool _found;

    /// <summary>True once it has come back more often than its session may see: nothing more of the answer is passed on.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The request to send.</summary>
    public OutgoingRequest Request => request;

    /// <summary>What the manifest calls it.</summary>
    public string Name => name;

    /// <summary>The lease's handle.</summary>
    public string Handle => lease.Handle;

    /// <summary>False once the lease was revoked, its vault sealed, or its session ended: nothing more of the request is sent.</summary>
    public bool Holds()
    {
        try
        {
            lease.Apply(static _ => { });
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Looks through the answer's body.</summary>
    public StreamSearch Along() => new(search, Count);

    /// <summary>A field's value, or whatever else of the answer's head, without the credential.</summary>
    public string Without(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var places = search.Find(bytes, unfold: true);
        if (places.Count > 0 && !_found)
        {
            _found = true;
            Count();
        }

        foreach (var (start, end) in places)
        {
            bytes.AsSpan(start, end - start).Fill((byte)'*');
        }

        return places.Count == 0 ? text : Encoding.Latin1.GetString(bytes);
    }

    public void Dispose() => lease.Dispose();

    private void Count() => IsOver |= !echoed();
}
