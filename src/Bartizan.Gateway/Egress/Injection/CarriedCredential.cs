using System.Text;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A credential in a request that is under way, until its answer has ended.</summary>
internal sealed class CarriedCredential(ILease lease, OutgoingRequest request, ISecretSearch search, Action echoed)
    : IDisposable
{
    private readonly List<StreamSearch> _bodies = [];
    private bool _found;

    /// <summary>The request to send.</summary>
    public OutgoingRequest Request => request;

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
    public StreamSearch Along()
    {
        var body = new StreamSearch(search);
        _bodies.Add(body);
        return body;
    }

    /// <summary>A field's value, or whatever else of the answer's head, without the credential.</summary>
    public string Without(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var places = search.Find(bytes, unfold: true);
        _found |= places.Count > 0;
        foreach (var (start, end) in places)
        {
            bytes.AsSpan(start, end - start).Fill((byte)'*');
        }

        return places.Count == 0 ? text : Encoding.Latin1.GetString(bytes);
    }

    public void Dispose()
    {
        lease.Dispose();
        if (_found || _bodies.Exists(body => body.Found > 0))
        {
            echoed();
        }
    }
}
