"""The composed LSTM cell, op by op in float64: the equations of @retrograd/lstm's equations.ts in PyTorch eager."""

import torch


def prepare_composed(tensors, H):
    x, grad_h_all = tensors["x"].double(), tensors["grad_h_all"].double()
    W = [gate.contiguous().requires_grad_() for gate in tensors["W"].double().split(H, dim=1)]
    b = [gate.contiguous().requires_grad_() for gate in tensors["b"].double().split(H)]
    result = {}

    def run():
        for parameter in W + b:
            parameter.grad = None
        h = c = torch.zeros(x.shape[0], H, dtype=torch.float64)
        states = []
        for x_t in x.unbind(1):
            hx = torch.cat([h, x_t], 1)
            f_t = torch.sigmoid(hx @ W[0] + b[0])
            i_t = torch.sigmoid(hx @ W[1] + b[1])
            c_tilde = torch.tanh(hx @ W[2] + b[2])
            o_t = torch.sigmoid(hx @ W[3] + b[3])
            c = f_t * c + i_t * c_tilde
            h = o_t * torch.tanh(c)
            states.append(h)
        h_all = torch.stack(states, 1)
        h_all.backward(grad_h_all)
        result["h_all"] = h_all

    def read():
        return {
            "h_all": result["h_all"],
            "grad_W": torch.cat([w.grad for w in W], 1),
            "grad_b": torch.cat([v.grad for v in b]),
        }

    return run, read
